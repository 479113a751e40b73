import type { EpochMs } from '../../core/types.js';
import type { UpkeepStore } from '../store.js';
import type { Connection } from './database.js';

/** Rounds in one transaction: some ten milliseconds, and other writers' turn comes in between. */
const roundsAtOnce = 100;

type Key = [slot: EpochMs, pathId: number];

export function sweeper({ db, write }: Connection): Pick<UpkeepStore, 'sweep'> {
  const oldest = (table: 'round' | 'packets') =>
    db
      .prepare<[EpochMs, number], Key>(
        `SELECT slot, path_id FROM ${table} WHERE slot < ? ORDER BY slot, path_id LIMIT ?`,
      )
      .raw();
  const oldestPackets = oldest('packets');
  const oldestRounds = oldest('round');
  const deletePackets = db.prepare<Key>('DELETE FROM packets WHERE slot = ? AND path_id = ?');
  const deleteRound = db.prepare<Key>('DELETE FROM round WHERE slot = ? AND path_id = ?'); // its sizes and packets go along

  const deleteAll = async (keys: typeof oldestRounds, remove: typeof deleteRound, before: EpochMs) => {
    let deleted = 0;
    for (;;) {
      const batch = await write(() => {
        const found = keys.all(before, roundsAtOnce);
        for (const key of found) remove.run(...key);
        return found.length;
      });
      deleted += batch;
      if (batch < roundsAtOnce) return deleted;
    }
  };
  return {
    async sweep(packetsBefore, rowsBefore) {
      // Packets never outlive their round, so that both counts are of what really went.
      const packetsDeleted = await deleteAll(
        oldestPackets,
        deletePackets,
        Math.max(packetsBefore, rowsBefore),
      );
      const rowsDeleted = await deleteAll(oldestRounds, deleteRound, rowsBefore);
      return { packetsDeleted, rowsDeleted };
    },
  };
}
