import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from './lab.js';
import { setNeighbour } from './link.js';
import type { Namespace } from './namespace.js';

export interface NetworkOptions {
  /** Routers in a row between the observer and the targets, one at least. */
  readonly hops: number;
  readonly targets: number;
}

/**
 * An observer, a row of routers that forward and answer, and targets behind the last one. Interfaces are called by the
 * hop that they belong to: `hop0` joins the observer and the first router.
 */
export interface Network {
  readonly observer: Namespace;
  readonly routers: readonly Namespace[];
  readonly far: Namespace;
  readonly targets: readonly string[];
  readonly observerAddress: string;
  /** Of the first router, on the observer's side. */
  readonly firstHop: string;
  /** By which each router answers the observer. */
  readonly routerAddresses: readonly string[];
  /** On the observer's own network; nobody has it. */
  readonly neighbour: string;
  /** Brings up the observer's interface, with its route. */
  restoreObserver(): void;
  /** Brings up the first router's interface towards the observer. */
  restoreFirstHop(): void;
  /** Resolves when the observer has sent so many packets from now on: whatever measures is in the middle of it. */
  sent(packets: number): Promise<void>;
  linkLocalOfFirstHop(): string;
  /** Lets routers answer with as many ICMP errors as there are packets. */
  unlimitErrors(): void;
}

const patienceMs = 30_000;
const subnet = (hop: number): string => `10.8.${hop}`;

export function createNetwork(lab: Lab, { hops, targets: count }: NetworkOptions): Network {
  const observer = lab.namespace('obs');
  const routers = Array.from({ length: hops }, (_, index) => lab.namespace(`r${index + 1}`));
  const far = lab.namespace('far');
  const row = [observer, ...routers, far];
  for (let hop = 0; hop + 1 < row.length; hop += 1) {
    const [near, next] = [row[hop], row[hop + 1]];
    if (!near || !next) break;
    lab.join(
      { namespace: near, addresses: [`${subnet(hop)}.1/24`] },
      { namespace: next, addresses: [`${subnet(hop)}.2/24`] },
      `hop${hop}`,
    );
  }
  const targets = Array.from({ length: count }, (_, index) => `10.8.200.${index + 1}`);
  observer.must(['ip', 'route', 'add', 'default', 'via', `${subnet(0)}.2`]);
  routers.forEach((router, index) => {
    router.sysctl('ipv4/ip_forward', '1');
    router.must(['ip', 'route', 'add', '10.8.200.0/24', 'via', `${subnet(index + 1)}.2`]);
    if (index > 0) router.must(['ip', 'route', 'add', '10.8.0.0/24', 'via', `${subnet(index)}.1`]);
  });
  far.must(['ip', 'route', 'add', '10.8.0.0/24', 'via', `${subnet(hops)}.1`]);
  far.must(['ip', 'route', 'add', 'local', '10.8.200.0/24', 'dev', 'lo']);

  const macOf = (namespace: Namespace): string =>
    namespace.must(['cat', '/sys/class/net/hop0/address']).trim();
  const [first] = routers;
  if (!first) throw new Error('a network has one router at least');
  const settle = (): void => {
    setNeighbour(observer, `${subnet(0)}.2`, macOf(first), 'hop0');
    setNeighbour(first, `${subnet(0)}.1`, macOf(observer), 'hop0');
  };
  return {
    observer,
    routers,
    far,
    targets,
    observerAddress: `${subnet(0)}.1`,
    firstHop: `${subnet(0)}.2`,
    routerAddresses: routers.map((_, index) => `${subnet(index)}.2`),
    neighbour: `${subnet(0)}.77`,
    restoreObserver() {
      observer.must(['ip', 'link', 'set', 'hop0', 'up']);
      settle();
      observer.must(['ip', 'route', 'replace', 'default', 'via', `${subnet(0)}.2`]);
    },
    restoreFirstHop() {
      first.must(['ip', 'link', 'set', 'hop0', 'up']);
      settle();
    },
    async sent(packets) {
      const counter = '/sys/class/net/hop0/statistics/tx_packets';
      const read = (): number => Number(observer.must(['cat', counter]));
      const until = read() + packets;
      const deadline = Date.now() + patienceMs;
      while (read() < until) {
        if (Date.now() > deadline) throw new Error(`the observer sent no ${packets} packets`);
        await sleep(50);
      }
    },
    linkLocalOfFirstHop() {
      const shown = first.must(['ip', '-6', '-o', 'addr', 'show', 'dev', 'hop0', 'scope', 'link']);
      const address = /inet6 (fe80::[\da-f:]+)/.exec(shown)?.[1];
      if (address === undefined) throw new Error('the first router has no link-local address');
      return address;
    },
    unlimitErrors() {
      for (const router of [...routers, far]) {
        router.sysctl('ipv4/icmp_ratelimit', '0');
        router.sysctl('ipv4/icmp_ratemask', '0');
      }
    },
  };
}
