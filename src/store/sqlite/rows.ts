import type Database from 'better-sqlite3';
import type { SizeCounts } from '../../core/measurement/round.js';
import { supersedes, type StoredSlot } from '../../core/merge.js';
import type { EpochMs, PathId } from '../../core/types.js';
import type { RowStore, StoredRows } from '../row-store.js';
import { sightingWriter } from '../sql/runs.js';
import { watchMerger } from '../sql/watch-rows.js';
import type { Connection, SqliteDatabase } from './database.js';
import { pathNumber } from './upkeep.js';
import {
  type MeasuredRow,
  type MissingRow,
  missingSummary,
  roundColumns,
  roundRows,
  sizesQuery,
  summary,
} from './round-list.js';

/** Reads the stored row of a slot in full; undefined when there is none. */
export function slotReader(db: Database.Database): (slot: EpochMs, pathId: number) => StoredSlot | undefined {
  const row = db.prepare<[EpochMs, number], (MeasuredRow | MissingRow) & { readonly packed: Buffer | null }>(
    `SELECT ${roundColumns}, packets.packed
     FROM round JOIN path ON path.id = path_id LEFT JOIN packets ON packets.id = packets_id
     WHERE slot = ? AND path_id = ?`,
  );
  const sizes = db.prepare<[number, EpochMs], SizeCounts>(sizesQuery);
  return (slot, pathId) => {
    const found = row.get(slot, pathId);
    if (found === undefined) return undefined;
    if (found.status === 'missing') return missingSummary(found);
    return { ...summary(found, sizes.all(pathId, slot)), packed: found.packed };
  };
}

/** Merges rows from agents: one transaction for each batch that they send. */
export function rowStore({ db, write }: Connection, shared: SqliteDatabase): RowStore {
  const numberOf = pathNumber(db);
  const rows = roundRows(db);
  const heldSlot = slotReader(db);
  const mergeWatch = watchMerger(shared);
  const widenSightings = sightingWriter(shared);

  const put = (pathId: number, slot: StoredSlot): boolean => {
    if (rows.isKnown(slot.slot, pathId)) {
      const held = heldSlot(slot.slot, pathId);
      if (held !== undefined && !supersedes(slot, held)) return false;
      rows.remove(slot.slot, pathId);
    }
    if (slot.status === 'missing') rows.mark(pathId, slot.slot, slot.reason);
    else rows.insert(pathId, slot);
    return true;
  };

  const mergeSlots = (slots: StoredRows['slots']): StoredSlot[] => {
    const numbers = new Map<PathId, number>();
    return slots.filter((slot) => {
      const pathId = numbers.get(slot.path) ?? numberOf(slot.path);
      numbers.set(slot.path, pathId);
      return put(pathId, slot);
    });
  };

  return {
    merge: ({ slots, watch, sightings }) =>
      write(() => {
        shared.run(widenSightings(sightings));
        return { slots: mergeSlots(slots), watch: shared.run(mergeWatch(watch)) };
      }),
  };
}
