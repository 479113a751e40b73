import type { Lab } from '../../lab/lab.js';
import { macOf, setNeighbour } from '../../lab/link.js';
import type { Namespace } from '../../lab/namespace.js';

/** An observer behind a NAT, and what can be done to its way out. Each change has its way back. */
export interface Uplink {
  readonly observer: Namespace;
  /** The emulator belongs in here. */
  readonly far: Namespace;
  readonly interfaceDown: () => void;
  readonly interfaceUp: () => void;
  readonly carrierOff: () => void;
  readonly carrierOn: () => void;
  readonly routeOff: () => void;
  readonly routeOn: () => void;
  /** Of the observer's own cable. */
  readonly ownMtu: (bytes: number) => void;
  /** Of the cable behind the NAT. */
  readonly pathMtu: (bytes: number) => void;
  /** The NAT gets another address, and nothing comes back to what it keeps translating to the old one. */
  readonly changeNat: () => void;
}

const device = { own: 'hop0', behind: 'hop1' } as const;
const [observerAddress, natAddress] = ['10.8.0.1', '10.8.0.2'];
const publicAddresses = ['10.8.1.1', '10.8.1.9'] as const;
const farAddress = '10.8.1.2';
const usualMtu = 1_500;

export function createUplink(lab: Lab): Uplink {
  const [observer, nat, far] = [lab.namespace('obs'), lab.namespace('nat'), lab.namespace('far')];
  lab.join(
    { namespace: observer, addresses: [`${observerAddress}/24`] },
    { namespace: nat, addresses: [`${natAddress}/24`] },
    device.own,
  );
  lab.join(
    { namespace: nat, addresses: publicAddresses.map((address) => `${address}/24`) },
    { namespace: far, addresses: [`${farAddress}/24`] },
    device.behind,
  );
  for (const router of [nat, far]) {
    router.sysctl('ipv4/ip_forward', '1');
    router.sysctl('ipv4/icmp_ratelimit', '0');
    for (const of of ['all', 'default']) router.sysctl(`ipv4/conf/${of}/rp_filter`, '0');
  }
  nat.must(['ip', 'route', 'add', '10.77.0.0/16', 'via', farAddress]);
  let current = 0;
  const translate = (): void => {
    const address = publicAddresses[current % 2] ?? publicAddresses[0];
    nat.must(
      ['nft', '-f', '-'],
      `add table ip nat
       add chain ip nat post { type nat hook postrouting priority 100; }
       flush chain ip nat post
       add rule ip nat post oifname "${device.behind}" snat to ${address}`,
    );
  };
  translate();
  // Looking at connections puts fragments together, so that the emulator sees whole packets.
  far.must(
    ['nft', '-f', '-'],
    `table ip whole {
       chain pre {
         type filter hook prerouting priority 0;
         ct state new accept
       }
     }`,
  );

  const settle = (): void => {
    setNeighbour(observer, natAddress, macOf(nat, device.own), device.own);
    setNeighbour(nat, observerAddress, macOf(observer, device.own), device.own);
  };
  const routeOn = (): void => {
    observer.must(['ip', 'route', 'replace', 'default', 'via', natAddress]);
  };
  routeOn();
  const set = (namespace: Namespace, name: string, ...what: string[]): void => {
    namespace.must(['ip', 'link', 'set', name, ...what]);
  };
  return {
    observer,
    far,
    interfaceDown: () => {
      set(observer, device.own, 'down');
    },
    interfaceUp: () => {
      set(observer, device.own, 'up');
      settle();
      routeOn();
    },
    carrierOff: () => {
      set(nat, device.own, 'down');
    },
    carrierOn: () => {
      set(nat, device.own, 'up');
      settle();
    },
    routeOff: () => {
      observer.must(['ip', 'route', 'del', 'default']);
    },
    routeOn,
    ownMtu: (bytes) => {
      for (const namespace of [observer, nat]) set(namespace, device.own, 'mtu', String(bytes));
    },
    pathMtu: (bytes) => {
      for (const namespace of [nat, far]) set(namespace, device.behind, 'mtu', String(bytes));
      // What the observer has learned of the path is as old as the fault.
      if (bytes === usualMtu) observer.must(['ip', 'route', 'flush', 'cache']);
    },
    changeNat: () => {
      const before = publicAddresses[current % 2] ?? publicAddresses[0];
      current += 1;
      const now = publicAddresses[current % 2] ?? publicAddresses[0];
      far.must(['ip', 'route', 'flush', 'type', 'blackhole']);
      far.must(['ip', 'route', 'add', 'blackhole', `${before}/32`]);
      translate();
      setNeighbour(far, now, macOf(nat, device.behind), device.behind);
    },
  };
}
