import type { PathConfig } from '../config/config.js';
import type { MissingReason, MissingRound } from '../core/measurement/round.js';
import { dueSlots } from '../core/time/due.js';
import type { EpochMs, PathId } from '../core/types.js';
import type { RoundStore } from '../store/store.js';

export interface AbsenceQuery {
  readonly path: PathConfig;
  /** Slots in [from, to) are looked at. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly everyMs: number;
  /** Whether the slot's round is running or waits to be stored. */
  readonly pending: (path: PathId, slot: EpochMs) => boolean;
  readonly reasonFor: (slot: EpochMs) => MissingReason;
}

/** The due slots of a path that have neither a round nor a mark. */
export async function findMissing(
  store: Pick<RoundStore, 'accounted'>,
  { path, from, to, everyMs, pending, reasonFor }: AbsenceQuery,
): Promise<MissingRound[]> {
  const due = dueSlots(from, to, everyMs, path);
  if (due.length === 0) return [];
  const accounted = new Set(await store.accounted(path.id, from, to));
  return due
    .filter((slot) => !accounted.has(slot) && !pending(path.id, slot))
    .map((slot) => ({ path: path.id, slot, reason: reasonFor(slot) }));
}
