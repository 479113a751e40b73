import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { PacketOptions } from '../../probes/probe.js';

/** What was so of the interface that packets leave by. */
export interface LinkMark {
  readonly device: string;
  /** How often its link came or went since it exists; null: the system does not say. */
  readonly changes: number | null;
}

/** Looks at the own interfaces: what is measured while one is down says nothing of a path. */
export interface Links {
  /** Finds out by which interface packets to this address leave. Never rejects. */
  find(address: string, options?: PacketOptions): Promise<void>;
  /** How that interface is now; null while it is not known. */
  mark(address: string, options?: PacketOptions): LinkMark | null;
  /** What befell it since, for people: `eth0 was down`; null: nothing. */
  faultSince(mark: LinkMark): string | null;
}

/** What can be asked of the system; a test gives its own. */
interface LinkSystem {
  /** The local address that packets to `address` would be sent from; rejects where there is no route. */
  localAddress(address: string): Promise<string>;
  /** The interface that has this address and is up and running; undefined: none. */
  deviceOf(localAddress: string): string | undefined;
  /** Null: no such interface, or the system does not say. */
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
      // While the known one is down its routes are gone: another way that is found now is not the usual one.
      if (known !== undefined && system.read(known)?.isUp === false) return;
      try {
        const device = await deviceFor(address, options);
        if (device !== undefined) devices.set(key, device);
      } catch {
        // No route: which interface it would be can't be told.
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

/** By /sys, which shows the interfaces of the network namespace that it was mounted in. */
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
      // Nothing is sent: the system only looks up the route.
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
    // Reading the carrier of an interface that is taken down fails. Those that have none (tunnels) always say 1.
    const isUp = (Number(flags) & up) !== 0 && read('carrier') !== '0';
    return { changes: Number(changes), isUp };
  },
};
