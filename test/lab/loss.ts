import type { Namespace } from './namespace.js';

export type LossRule =
  /** Drops the `nth` of every `every` packets, counted from 0: `{ every: 4, nth: 0 }` loses exactly a quarter. */
  { readonly every: number; readonly nth: number } | { readonly all: true };

export interface LossOptions {
  /** Only packets of this length from the IP header on; all lengths unless told. */
  readonly ipBytes?: number;
  /** Only packets to this IPv4 address. */
  readonly to?: string;
}

/**
 * Drops echo requests that come into the namespace, by nftables. A later rule adds to the earlier ones;
 * the function it gives back takes all of them away.
 */
export function loseRequests(namespace: Namespace, rule: LossRule, options: LossOptions = {}): () => void {
  const which = 'all' in rule ? '' : `numgen inc mod ${rule.every} ${rule.nth}`;
  const v4 = options.ipBytes === undefined ? '' : `ip length ${options.ipBytes}`;
  const v6 = options.ipBytes === undefined ? '' : `ip6 length ${options.ipBytes - 40}`;
  const to = options.to === undefined ? '' : `ip daddr ${options.to}`;
  const sixth = options.to === undefined ? `icmpv6 type echo-request ${v6} ${which} drop` : '';
  namespace.must(
    ['nft', '-f', '-'],
    `table inet loss {
       chain in {
         type filter hook input priority 0;
         icmp type echo-request ${to} ${v4} ${which} drop
         ${sixth}
       }
     }`,
  );
  return () => {
    namespace.must(['nft', 'delete', 'table', 'inet', 'loss']);
  };
}
