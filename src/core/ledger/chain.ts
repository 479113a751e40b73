import type { LedgerEvent } from './actions.js';

/** Hashes the canonical JSON of a value. Passed in, because core has no hash function of its own. */
export type Digest = (value: object) => string;

/** The value of `previous` in the first event. */
export const noHash = '0'.repeat(64);

export const headOf = (events: readonly LedgerEvent[]): Pick<LedgerEvent, 'seq' | 'hash'> => {
  const last = events.at(-1);
  return last ? { seq: last.seq, hash: last.hash } : { seq: 0, hash: noHash };
};

/** The record that follows `head` in the chain. */
export function linkAfter(
  head: Pick<LedgerEvent, 'seq' | 'hash'>,
  event: Pick<LedgerEvent, 'at' | 'actor' | 'principal' | 'action'>,
  digest: Digest,
): LedgerEvent {
  const { at, actor, principal, action } = event;
  const who = principal === undefined ? { actor } : { actor, principal };
  const open = { seq: head.seq + 1, at, ...who, action, previous: head.hash };
  return { ...open, hash: digest(open) };
}

/** A record of any chain: its hash covers all of its other fields. */
interface Linked {
  readonly seq: number;
  readonly previous: string;
  readonly hash: string;
}

interface ChainFault {
  /** The first event whose sequence number or hash does not match. */
  readonly seq: number;
  readonly what: string;
}

/** The first place where a chain was altered; null when it is intact. It can't detect that the end was cut off. */
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
