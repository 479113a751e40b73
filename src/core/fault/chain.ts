import { noHash, type Digest } from '../ledger/chain.js';
import type { FaultEvent } from './actions.js';

/** Where a report's history stops being the one that was written; null: it is whole, but for a cut-off end. */
export function reportChainFault(events: readonly FaultEvent[], digest: Digest): string | null {
  let previous = noHash;
  for (const [index, { hash, ...open }] of events.entries()) {
    if (open.seq !== index + 1) return `event ${index + 1} is missing`;
    if (open.previous !== previous) return `event ${open.seq} does not follow the one before it`;
    if (digest(open) !== hash) return `event ${open.seq} was changed: its hash is not that of its text`;
    previous = hash;
  }
  return null;
}
