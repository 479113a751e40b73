import type { Lab } from './lab.js';
import type { Namespace } from './namespace.js';

/** An instant that lies between two readings of the wall clock. */
export interface Moment {
  readonly before: number;
  readonly after: number;
}

/**
 * An observer, a router, and ports behind it. Outages are made in the router's forwarding, so that the observer sees
 * neither send errors nor a neighbour that is asked for.
 */
export interface WatchLab {
  readonly observer: Namespace;
  readonly ports: readonly { readonly id: string; readonly address: string }[];
  down(...ids: readonly string[]): Moment;
  up(...ids: readonly string[]): Moment;
  cutOff(): Moment;
  reunite(): Moment;
  /** Loses this share of all echo requests at random. */
  lose(share: number): void;
}

export function createWatchLab(lab: Lab, count: number): WatchLab {
  const observer = lab.namespace('obs');
  const router = lab.namespace('rtr');
  const far = lab.namespace('far');
  lab.join(
    { namespace: observer, addresses: ['10.9.0.1/24'] },
    { namespace: router, addresses: ['10.9.0.2/24'] },
    'near0',
  );
  lab.join(
    { namespace: router, addresses: ['10.9.1.1/24'] },
    { namespace: far, addresses: ['10.9.1.2/24'] },
    'far0',
  );
  router.sysctl('ipv4/ip_forward', '1');
  observer.must(['ip', 'route', 'add', 'default', 'via', '10.9.0.2']);
  router.must(['ip', 'route', 'add', '10.9.2.0/24', 'via', '10.9.1.2']);
  far.must(['ip', 'route', 'add', 'default', 'via', '10.9.1.1']);
  far.must(['ip', 'route', 'add', 'local', '10.9.2.0/24', 'dev', 'lo']);
  router.must(
    ['nft', '-f', '-'],
    `table inet watch {
       set down { type ipv4_addr; }
       chain forward { type filter hook forward priority 0; ip daddr @down drop; }
       chain cut { type filter hook forward priority 1; }
       chain loss { type filter hook forward priority 2; }
     }`,
  );
  const ports = Array.from({ length: count }, (_, index) => ({
    id: `P${index + 1}`,
    address: `10.9.2.${index + 1}`,
  }));
  const nft = (...command: string[]): Moment => {
    const before = Date.now();
    router.must(['nft', ...command]);
    return { before, after: Date.now() };
  };
  const elements = (ids: readonly string[]): string =>
    `{ ${ids.map((id) => ports.find((port) => port.id === id)?.address ?? id).join(', ')} }`;
  return {
    observer,
    ports,
    down: (...ids) => nft('add', 'element', 'inet', 'watch', 'down', elements(ids)),
    up: (...ids) => nft('delete', 'element', 'inet', 'watch', 'down', elements(ids)),
    cutOff: () => nft('add', 'rule', 'inet', 'watch', 'cut', 'drop'),
    reunite: () => nft('flush', 'chain', 'inet', 'watch', 'cut'),
    lose: (share) => {
      const percent = String(Math.round(share * 100));
      const random = ['numgen', 'random', 'mod', '100', '<', percent];
      nft('add', 'rule', 'inet', 'watch', 'loss', 'iifname', 'near0', ...random, 'drop');
    },
  };
}
