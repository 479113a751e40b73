import type { Namespace } from './namespace.js';

export interface LinkEnd {
  readonly namespace: Namespace;
  /** With their prefix lengths: `10.1.0.1/24`, `fd01::1/64`. */
  readonly addresses: readonly string[];
}

/** A cable between two namespaces. */
export interface Link {
  /** The interface's name, the same at both ends. */
  readonly device: string;
  /** Takes the far end down: packets leave the near one and nobody hears them. */
  down(): void;
  up(): void;
}

/** Joins two namespaces by a veth pair with addresses at both ends. Both MAC addresses are known to both sides. */
export function joinNamespaces(near: LinkEnd, far: LinkEnd, device = 'veth0'): Link {
  near.namespace.must([
    ...['ip', 'link', 'add', device, 'type', 'veth'],
    ...['peer', 'name', device, 'netns', far.namespace.name],
  ]);
  for (const end of [near, far]) {
    for (const address of end.addresses) addAddress(end.namespace, address, device);
    end.namespace.must(['ip', 'link', 'set', device, 'up']);
  }
  const settle = (): void => {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      for (const address of to.addresses)
        setNeighbour(from.namespace, address, macOf(to.namespace, device), device);
    }
  };
  settle();
  return {
    device,
    down: () => {
      far.namespace.must(['ip', 'link', 'set', device, 'down']);
    },
    up: () => {
      far.namespace.must(['ip', 'link', 'set', device, 'up']);
      // An interface that goes down forgets its IPv6 addresses and its permanent neighbours.
      for (const address of far.addresses.filter(isV6)) addAddress(far.namespace, address, device);
      settle();
    },
  };
}

const isV6 = (address: string): boolean => address.includes(':');
const family = (address: string): string[] => (isV6(address) ? ['-6'] : []);

function addAddress(namespace: Namespace, address: string, device: string): void {
  const nodad = isV6(address) ? ['nodad'] : [];
  namespace.must(['ip', ...family(address), 'addr', 'replace', address, 'dev', device, ...nodad]);
}

/** A neighbour that needs no asking: without it the first packet waits for ARP, and a dead one is "host unreachable". */
export function setNeighbour(namespace: Namespace, address: string, mac: string, device: string): void {
  const bare = address.replace(/\/.*/, '');
  namespace.must([
    ...['ip', ...family(bare), 'neigh', 'replace', bare],
    ...['lladdr', mac, 'dev', device, 'nud', 'permanent'],
  ]);
}

export function macOf(namespace: Namespace, device: string): string {
  return namespace.must(['cat', `/sys/class/net/${device}/address`]).trim();
}
