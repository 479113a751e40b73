import type Database from 'better-sqlite3';
import type { SizeCounts } from '../../core/measurement/round.js';
import { summarise } from '../../core/measurement/figures.js';
import {
  asUnscheduled,
  isSameMeasurement,
  supersedes,
  type StoredRound,
  type StoredSlot,
} from '../../core/merge.js';
import type { EpochMs, PathId } from '../../core/types.js';
import { encodePackets } from '../packets/codec.js';
import { type MeasuredRow, type MissingRow, selectedColumns, storedSlotOf } from '../round-rows.js';
import type { RowStore, StoredRows } from '../row-store.js';
import type { RoundStore } from '../store.js';
import { configuredPathWriter } from '../sql/runs.js';
import { watchMerger } from '../sql/watch-rows.js';
import type { Connection, SqliteDatabase } from './database.js';
import { pathNumber } from './upkeep.js';
import { type RoundKey, roundRows, sizesQuery } from './round-list.js';

/** Reads the stored row of a slot in full; undefined when there is none. */
export function slotReader(db: Database.Database): (slot: EpochMs, pathId: number) => StoredSlot | undefined {
  const row = db.prepare<RoundKey, (MeasuredRow | MissingRow) & { readonly packed: Buffer | null }>(
    `SELECT ${selectedColumns}, packets.packed
     FROM round JOIN path ON path.id = path_id LEFT JOIN packets ON packets.id = packets_id
     WHERE round.slot = :slot AND path_id = :pathId`,
  );
  const sizes = db.prepare<RoundKey, SizeCounts>(sizesQuery);
  return (slot, pathId) => {
    const key = { slot, pathId };
    const stored = row.get(key);
    return stored && storedSlotOf(stored, () => sizes.all(key));
  };
}

/** One round in the place of another, in one transaction. */
export function roundReplace({ db, write }: Connection): Pick<RoundStore, 'replace'> {
  const numberOf = pathNumber(db);
  const rows = roundRows(db);
  const storedSlot = slotReader(db);
  return {
    async replace(round, { beside, why }) {
      const next: StoredRound = { ...summarise(round), packed: encodePackets(round.sizes) };
      await write(() => {
        const pathId = numberOf(next.path);
        const stored = storedSlot(next.slot, pathId);
        if (stored && stored.status !== 'missing' && isSameMeasurement(stored, next)) return;
        if (stored) rows.remove(next.slot, pathId);
        rows.insert(pathId, next);
        if (stored && stored.status !== 'missing') rows.insert(pathId, asUnscheduled(stored, beside, why));
      });
    },
  };
}

/** Merges rows from agents: one transaction for each batch that they send. */
export function rowStore({ db, write }: Connection, shared: SqliteDatabase): RowStore {
  const numberOf = pathNumber(db);
  const rows = roundRows(db);
  const storedSlot = slotReader(db);
  const mergeWatch = watchMerger(shared);
  const widenConfiguredPaths = configuredPathWriter(shared);

  const put = (pathId: number, slot: StoredSlot): boolean => {
    if (rows.isKnown(slot.slot, pathId)) {
      const stored = storedSlot(slot.slot, pathId);
      if (stored !== undefined && !supersedes(slot, stored)) return false;
      rows.remove(slot.slot, pathId);
    }
    if (slot.status === 'missing') rows.markMissing(pathId, slot.slot, slot.reason);
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
    merge: ({ slots, watch, configuredPaths }) =>
      write(() => {
        shared.run(widenConfiguredPaths(configuredPaths));
        return { slots: mergeSlots(slots), watch: shared.run(mergeWatch(watch)) };
      }),
  };
}
