import type { LedgerEvent } from './actions.js';

/** Hashes the canonical JSON of a value. Passed in, because core has no hash function of its own. */
export type Digest = (value: object) => string;

/** The value of `previous` in the first event. */
export const noHash = '0'.repeat(64);

export const headOf = (events: readonly LedgerEvent[]): Pick<LedgerEvent, 'seq' | 'hash'> => {
  const last = events.at(-1);
  return last ? { seq: last.seq, hash: last.hash } : { seq: 0, hash: noHash };
};

/** Who did it, as a record has it: the principal only where one is known. */
export const whoOf = ({ actor, principal }: Pick<LedgerEvent, 'actor' | 'principal'>) =>
  principal === undefined ? { actor } : { actor, principal };

/** The record that follows `head` in the chain. */
export function linkAfter(
  head: Pick<LedgerEvent, 'seq' | 'hash'>,
  event: Pick<LedgerEvent, 'at' | 'actor' | 'principal' | 'action'>,
  digest: Digest,
): LedgerEvent {
  const { at, action } = event;
  const open = { seq: head.seq + 1, at, ...whoOf(event), action, previous: head.hash };
  return { ...open, hash: digest(open) };
}

/** A record of any chain: its hash covers all of its other fields. */
interface Linked {
  readonly seq: number;
  readonly previous: string;
  readonly hash: string;
}

/** The first event of a chain that is missing, does not follow the one before it, or differs from its hash. */
export interface ChainFault {
  readonly seq: number;
  readonly code: 'missing' | 'not-following' | 'changed';
  /** The number of the event in its place. */
  readonly in: number;
}

/** Whether records continue a chain after its head; null: the chain is empty, and its first record may follow anything. */
export function isContinued(head: Pick<Linked, 'seq' | 'hash'> | null, added: readonly Linked[]): boolean {
  let last = head;
  for (const { seq, previous, hash } of added) {
    if (seq !== (last?.seq ?? 0) + 1) return false;
    if (last !== null && previous !== last.hash) return false;
    last = { seq, hash };
  }
  return true;
}

/** The first place where a chain was altered; null when it is intact. It can't detect that the end was cut off. */
export function chainFault(events: readonly Linked[], digest: Digest): ChainFault | null {
  let head = { seq: 0, hash: noHash };
  for (const { hash, ...open } of events) {
    const seq = head.seq + 1;
    if (open.seq !== seq) return { seq, code: 'missing', in: open.seq };
    if (open.previous !== head.hash) return { seq, code: 'not-following', in: seq };
    if (digest(open) !== hash) return { seq, code: 'changed', in: seq };
    head = { seq, hash };
  }
  return null;
}
