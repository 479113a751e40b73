import type { MissingRound } from '../../core/measurement/round.js';
import { summarise } from '../../core/measurement/summary.js';
import type { StoredRound } from '../../core/merge/slot.js';
import type { EpochMs } from '../../core/types.js';
import { encodePackets } from '../packets/codec.js';
import type { RoundStore } from '../store.js';
import type { Connection } from './database.js';
import { pathNumber } from './paths.js';
import { roundRows } from './round-rows.js';

/** How many marks share a transaction: a long absence leaves many thousands. */
const marksAtOnce = 1000;

/** Packets of rounds of slots before `packetsFrom` are not kept. */
export function roundPut(
  { db, write }: Connection,
  packetsFrom: EpochMs = -Infinity,
): Pick<RoundStore, 'put' | 'putMissing' | 'removeMarks'> {
  const numberOf = pathNumber(db);
  const rows = roundRows(db);

  const store = (round: StoredRound): 'stored' | 'already-stored' => {
    const path = numberOf(round.path);
    // What was measured goes before the mark of a slot that was taken for missing, too early or by a wrong clock.
    rows.removeMark(round.slot, path);
    if (rows.isKnown(round.slot, path)) return 'already-stored';
    rows.insert(path, round);
    return 'stored';
  };

  const mark = (missing: readonly MissingRound[]): number =>
    missing.filter(({ path, slot, reason }) => rows.mark(numberOf(path), slot, reason)).length;

  return {
    async put(round) {
      const packed = round.slot < packetsFrom ? null : encodePackets(round.sizes); // a round it can't pack fails before the transaction, and alone
      const stored = { ...summarise(round), packed };
      return write(() => store(stored));
    },
    async putMissing(missing) {
      const parts: Promise<number>[] = [];
      for (let at = 0; at < missing.length; at += marksAtOnce) {
        const part = missing.slice(at, at + marksAtOnce);
        parts.push(write(() => mark(part)));
      }
      return (await Promise.all(parts)).reduce((sum, added) => sum + added, 0);
    },
    removeMarks: (paths, from) => write(() => rows.removeMarksFrom(paths, from)),
  };
}
