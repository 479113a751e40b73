import type { PathId } from '../../../core/types.js';
import { outranks, type StoredSlot } from '../../../core/merge/slot.js';
import type { RowStore, StoredRows } from '../../row-store.js';
import type { Connection } from '../database.js';
import { pathNumber, sightingWriter } from '../paths.js';
import { roundRows } from '../round-rows.js';
import { watchMerger } from './merge-watch.js';
import { slotReader } from './read-slot.js';

/** What agents had first: one transaction for as much as they sent at one time. */
export function rowStore({ db, write }: Connection): RowStore {
  const numberOf = pathNumber(db);
  const rows = roundRows(db);
  const heldSlot = slotReader(db);
  const mergeWatch = watchMerger(db);
  const sight = sightingWriter(db);

  const put = (pathId: number, slot: StoredSlot): boolean => {
    if (rows.isKnown(slot.slot, pathId)) {
      const held = heldSlot(slot.slot, pathId);
      if (held !== undefined && !outranks(slot, held)) return false;
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
        for (const sighting of sightings) sight(sighting);
        return { slots: mergeSlots(slots), watch: mergeWatch(watch) };
      }),
  };
}
