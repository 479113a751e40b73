import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { PacketOptions } from '../../probes/probe.js';

/** The state of the interface that packets leave by. */
export interface LinkMark {
  readonly device: string;
  /** How often its link changed since it exists; null: the system does not report it. */
  readonly changes: number | null;
}

/** Checks the local interfaces: measurements while one is down are no evidence about a path. */
export interface Links {
  /** Finds the interface through which packets to this address leave. Never rejects. */
  find(address: string, options?: PacketOptions): Promise<void>;
  /** The interface's present state; null while it is unknown. */
  mark(address: string, options?: PacketOptions): LinkMark | null;
  /** What happened to the interface since, for people, such as `eth0 was down`; null: nothing. */
  faultSince(mark: LinkMark): string | null;
}

/** The system calls that are used; a test passes its own. */
interface LinkSystem {
  /** The local address that packets to `address` would be sent from; rejects where there is no route. */
  localAddress(address: string): Promise<string>;
  /** The interface that has this address and is up and running; undefined: none. */
  deviceOf(localAddress: string): string | undefined;
  /** Null: there is no such interface, or the system does not report it. */
  read(device: string): { readonly changes: number; readonly isUp: boolean } | null;
}

const noOptions: PacketOptions = {};

export function createLinks(system: LinkSystem = linuxLinks): Links {
  const devices = new Map<string, string>();
  const keyOf = (address: string, { interface: device, source }: PacketOptions): string =>
    `${address} ${device ?? ''} ${source ?? ''}`;

  const deviceFor = async (address: string, options: PacketOptions): Promise<string | undefined> => {
    if (options.interface !== undefined) return options.interface;
    const zone = address.split('%')[1];
    if (zone !== undefined) return zone;
    return system.deviceOf(options.source ?? (await system.localAddress(address)));
  };
  return {
    async find(address, options = noOptions) {
      const key = keyOf(address, options);
      const known = devices.get(key);
      // While the known interface is down its routes are gone, so a route found now is not the usual one.
      if (known !== undefined && system.read(known)?.isUp === false) return;
      try {
        const device = await deviceFor(address, options);
        if (device !== undefined) devices.set(key, device);
      } catch {
        // Without a route the interface can't be determined.
      }
    },
    mark(address, options = noOptions) {
      const device = devices.get(keyOf(address, options));
      return device === undefined ? null : { device, changes: system.read(device)?.changes ?? null };
    },
    faultSince({ device, changes }) {
      if (changes === null) return null;
      const now = system.read(device);
      if (now === null) return `the own interface ${device} is gone`;
      if (!now.isUp) return `the own interface ${device} is down`;
      return now.changes === changes ? null : `the own interface ${device} was down meanwhile`;
    },
  };
}

const up = 1;

/** Reads /sys, which shows the interfaces of the network namespace that it was mounted in. */
const linuxLinks: LinkSystem = {
  localAddress: (address) =>
    new Promise((resolve, reject) => {
      const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
      const end = (then: () => void): void => {
        socket.close();
        then();
      };
      socket.once('error', (error) => {
        end(() => {
          reject(error);
        });
      });
      // Connecting a UDP socket sends nothing: the system only looks up the route.
      socket.connect(9, address, () => {
        const { address: local } = socket.address();
        end(() => {
          resolve(local);
        });
      });
    }),
  deviceOf(localAddress) {
    const bare = localAddress.replace(/%.*/, '');
    for (const [device, addresses] of Object.entries(networkInterfaces()))
      if (addresses?.some(({ address }) => address === bare)) return device;
    return undefined;
  },
  read(device) {
    const read = (name: string): string | null => {
      try {
        return readFileSync(`/sys/class/net/${device}/${name}`, 'utf8').trim();
      } catch {
        return null;
      }
    };
    const [changes, flags] = [read('carrier_changes'), read('flags')];
    if (changes === null || flags === null) return null;
    // Reading the carrier fails while an interface is taken down. Interfaces without a carrier (tunnels) always report
    // 1.
    const isUp = (Number(flags) & up) !== 0 && read('carrier') !== '0';
    return { changes: Number(changes), isUp };
  },
};
