import type { EpochMs } from '../../core/types.js';
import type { UpkeepStore } from '../store.js';
import type { Connection, Query } from './database.js';
import { partitioned, partitionMonths, partitionName } from './partitions.js';
import { watchSweeper } from './watch/sweep.js';

/** Rounds in one transaction: some milliseconds, and other writers' turn comes in between. */
const roundsAtOnce = 200;

export function sweeper(on: Connection): Pick<UpkeepStore, 'sweep'> {
  const { read, write } = on;
  const sweepWatch = watchSweeper(on);
  const inBatches = async (remove: (query: Query) => Promise<number>): Promise<number> => {
    let removed = 0;
    for (;;) {
      const batch = await write(remove);
      removed += batch;
      if (batch < roundsAtOnce) return removed;
    }
  };
  return {
    async sweep(packetsBefore, rowsBefore) {
      let packetsDeleted = 0;
      let rowsDeleted = 0;
      // A month that is past as a whole goes with its partitions.
      for (const { month, to } of await partitionMonths(read)) {
        if (to > rowsBefore) break;
        const gone = await write((query) => dropMonth(query, month));
        packetsDeleted += gone.packets;
        rowsDeleted += gone.rounds;
      }
      // Packets never outlive their round, so that both counts are of what really went.
      const packetsUntil = Math.max(packetsBefore, rowsBefore);
      packetsDeleted += await inBatches((query) => deletePackets(query, packetsUntil));
      rowsDeleted += await inBatches((query) => deleteRounds(query, rowsBefore));
      return { packetsDeleted, rowsDeleted, watchDeleted: await sweepWatch(rowsBefore) };
    },
  };
}

async function dropMonth(query: Query, month: string): Promise<{ packets: number; rounds: number }> {
  const count = async (table: string): Promise<number> => {
    const [row] = await query<{ n: number }>(`SELECT count(*) AS n FROM "${partitionName(table, month)}"`);
    return row?.n ?? 0;
  };
  const gone = { packets: await count('packets'), rounds: await count('round') };
  for (const table of partitioned) await query(`DROP TABLE "${partitionName(table, month)}"`);
  return gone;
}

async function deletePackets(query: Query, before: EpochMs): Promise<number> {
  const rows = await query(
    `WITH old AS (SELECT path_id, slot FROM round WHERE slot < $1 AND has_packets ORDER BY slot, path_id LIMIT $2),
       gone AS (DELETE FROM packets USING old WHERE packets.path_id = old.path_id AND packets.slot = old.slot)
     UPDATE round SET has_packets = false FROM old WHERE round.path_id = old.path_id AND round.slot = old.slot
     RETURNING 1`,
    [before, roundsAtOnce],
  );
  return rows.length;
}

async function deleteRounds(query: Query, before: EpochMs): Promise<number> {
  const rows = await query(
    `WITH old AS (SELECT path_id, slot FROM round WHERE slot < $1 ORDER BY slot, path_id LIMIT $2),
       sizes AS (DELETE FROM size USING old WHERE size.path_id = old.path_id AND size.slot = old.slot)
     DELETE FROM round USING old WHERE round.path_id = old.path_id AND round.slot = old.slot RETURNING 1`,
    [before, roundsAtOnce],
  );
  return rows.length;
}
