import type { LedgerEvent } from './actions.js';

/** A value → the hash of its one spelling. Handed in: core has no hash function of its own. */
export type Digest = (value: object) => string;

/** What stands before the first event. */
export const noHash = '0'.repeat(64);

export const headOf = (events: readonly LedgerEvent[]): Pick<LedgerEvent, 'seq' | 'hash'> => {
  const last = events.at(-1);
  return last ? { seq: last.seq, hash: last.hash } : { seq: 0, hash: noHash };
};

/** The next link after `head`. */
export function linkAfter(
  head: Pick<LedgerEvent, 'seq' | 'hash'>,
  event: Pick<LedgerEvent, 'at' | 'actor' | 'action'>,
  digest: Digest,
): LedgerEvent {
  const { at, actor, action } = event;
  const open = { seq: head.seq + 1, at, actor, action, previous: head.hash };
  return { ...open, hash: digest(open) };
}

/** A link of any chain: its hash is over all the rest of it. */
interface Linked {
  readonly seq: number;
  readonly previous: string;
  readonly hash: string;
}

interface ChainFault {
  /** The first event that does not fit. */
  readonly seq: number;
  readonly what: string;
}

/** Where a history stops being the one that was written; null: it is whole. It can't tell that its end was cut off. */
export function chainFault(events: readonly Linked[], digest: Digest): ChainFault | null {
  let head = { seq: 0, hash: noHash };
  for (const { hash, ...open } of events) {
    const seq = head.seq + 1;
    if (open.seq !== seq)
      return { seq, what: `event ${seq} is missing: event ${open.seq} stands in its place` };
    if (open.previous !== head.hash) {
      return { seq, what: `event ${seq} does not follow the one before it: one of the two was exchanged` };
    }
    if (digest(open) !== hash)
      return { seq, what: `event ${seq} was changed: its hash is not that of its text` };
    head = { seq, hash };
  }
  return null;
}
