import type { EpochMs } from '../../core/types.js';
import type { UpkeepStore } from '../store.js';
import type { Connection } from './database.js';
import { watchSweeper } from './watch/sweep.js';

/** Rounds in one transaction: some milliseconds, and other writers' turn comes in between. */
const roundsAtOnce = 50;

interface Key {
  readonly slot: EpochMs;
  readonly pathId: number;
}

export function sweeper(on: Connection): Pick<UpkeepStore, 'sweep'> {
  const { db, write } = on;
  const sweepWatch = watchSweeper(on);
  const oldest = (having: string) =>
    db.prepare<[EpochMs, number], Key>(
      `SELECT slot, path_id AS pathId FROM round WHERE slot < ? ${having} ORDER BY slot, path_id LIMIT ?`,
    );
  const withPackets = oldest('AND packets_id IS NOT NULL');
  const rounds = oldest('');
  const deletePackets = db.prepare<Key>(
    'DELETE FROM packets WHERE id = (SELECT packets_id FROM round WHERE slot = @slot AND path_id = @pathId)',
  );
  const forgetPackets = db.prepare<Key>(
    'UPDATE round SET packets_id = NULL WHERE slot = @slot AND path_id = @pathId',
  );
  // Its sizes and its packets go along.
  const deleteRound = db.prepare<Key>('DELETE FROM round WHERE slot = @slot AND path_id = @pathId');

  const inBatches = async (oldestFirst: typeof rounds, before: EpochMs, remove: (key: Key) => void) => {
    let removed = 0;
    for (;;) {
      const batch = await write(() => {
        const keys = oldestFirst.all(before, roundsAtOnce);
        keys.forEach(remove);
        return keys.length;
      });
      removed += batch;
      if (batch < roundsAtOnce) return removed;
    }
  };
  return {
    async sweep(packetsBefore, rowsBefore) {
      // Packets never outlive their round, so that both counts are of what really went.
      const packetsDeleted = await inBatches(withPackets, Math.max(packetsBefore, rowsBefore), (key) => {
        deletePackets.run(key);
        forgetPackets.run(key);
      });
      const rowsDeleted = await inBatches(rounds, rowsBefore, (key) => {
        deleteRound.run(key);
      });
      return { packetsDeleted, rowsDeleted, watchDeleted: await sweepWatch(rowsBefore) };
    },
  };
}
