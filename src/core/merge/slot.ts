import type { MissingSummary, RoundSummary } from '../measurement/summary.js';

/** A round as a store keeps it: its figures counted, its packets in the bytes that they are kept in. */
export interface StoredRound extends RoundSummary {
  /** Null when the retention of its packets has passed. */
  readonly packed: Uint8Array | null;
}

/** What a store keeps of a (path, slot). */
export type StoredSlot = StoredRound | MissingSummary;

/**
 * Whether `next` takes the place of `held`, both of one (path, slot). One measurement is never written twice with
 * different figures, so this decides between what an agent knew before it lost its disk and after: what was measured
 * goes before a mark, packets before none, and then what comes first. A total order: whatever comes when, and how often,
 * the same one stays.
 */
export function outranks(next: StoredSlot, held: StoredSlot): boolean {
  const order = rank(next) - rank(held) || compare(text(held), text(next));
  return order > 0;
}

const rank = (slot: StoredSlot): number => (slot.status === 'missing' ? 0 : slot.packed === null ? 1 : 2);

/** Every field by name, the earliest start first. */
function text(slot: StoredSlot): string {
  if (slot.status === 'missing') return slot.reason;
  const { startedAt, packed, ...rest } = slot;
  const fields = Object.entries({ ...rest, packed: packed === null ? '' : [...packed].join() });
  return `${String(startedAt).padStart(17, '0')} ${JSON.stringify(fields.sort(([a], [b]) => compare(a, b)))}`;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
