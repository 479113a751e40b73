import type { EpochMs, PathId } from '../../core/types.js';
import { StoreError, type UpkeepStore } from '../store.js';
import type { Connection, Query } from './database.js';
import { locks } from './migrate.js';
import type { SqlDatabase } from '../sql/database.js';
import { sizeSumStore } from '../sql/size-sums.js';
import { watchSweeper } from '../sql/watch.js';

export const partitioned = ['round', 'size', 'packets', 'size_sum'] as const;

/** The UTC month of a slot, such as `2026-10`. */
export const monthOfSlot = (slot: EpochMs): string => new Date(slot).toISOString().slice(0, 7);

/** Creates the partitions of months that have none. */
export async function ensurePartitions(query: Query, months: Iterable<string>): Promise<void> {
  const wanted = [...new Set(months)];
  const tables = wanted.flatMap((month) => partitioned.map((table) => partitionName(table, month)));
  const missing = await query(
    `SELECT FROM unnest(:tables::text[]) AS name WHERE to_regclass(quote_ident(name)) IS NULL`,
    { tables },
  );
  if (missing.length === 0) return;
  await query('SELECT pg_advisory_xact_lock(:lock)', { lock: locks.partitions });
  for (const month of wanted) {
    const { from, to } = boundsOf(month);
    for (const table of partitioned) {
      await query(
        `CREATE TABLE IF NOT EXISTS "${partitionName(table, month)}" PARTITION OF ${table}
         FOR VALUES FROM (${from}) TO (${to})`,
      );
    }
  }
}

/** The months that have partitions, oldest first. */
async function partitionMonths(query: Query): Promise<{ month: string; to: EpochMs }[]> {
  const rows = await query<{ name: string }>(
    `SELECT child.relname AS name FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
     WHERE inhparent = to_regclass('round') ORDER BY 1`,
  );
  return rows.flatMap(({ name }) => {
    const match = /^round_(\d{4,})_(\d\d)$/.exec(name);
    if (!match) return [];
    const month = `${match[1]}-${match[2]}`;
    return [{ month, to: boundsOf(month).to }];
  });
}

const partitionName = (table: string, month: string): string => `${table}_${month.replace('-', '_')}`;

function boundsOf(month: string): { from: EpochMs; to: EpochMs } {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return { from: Date.UTC(year, number - 1, 1), to: Date.UTC(year, number, 1) };
}

/** Rounds per transaction: it takes some milliseconds, so that other writers are not blocked for long. */
const roundsAtOnce = 200;

function sweeper({ read, write }: Connection, shared: SqlDatabase): Pick<UpkeepStore, 'sweep'> {
  const sweepWatch = watchSweeper(shared);
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
      // A month that lies wholly in the past is dropped with its partitions.
      for (const { month, to } of await partitionMonths(read)) {
        if (to > rowsBefore) break;
        const gone = await write((query) => dropMonth(query, month));
        packetsDeleted += gone.packets;
        rowsDeleted += gone.rounds;
      }
      // Packets never outlive their round, so both counts are of rows that were really deleted.
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
    `WITH old AS (SELECT path_id, slot FROM round WHERE slot < :before AND has_packets
       ORDER BY slot, path_id LIMIT :limit),
       gone AS (DELETE FROM packets USING old WHERE packets.path_id = old.path_id AND packets.slot = old.slot)
     UPDATE round SET has_packets = false FROM old WHERE round.path_id = old.path_id AND round.slot = old.slot
     RETURNING 1`,
    { before, limit: roundsAtOnce },
  );
  return rows.length;
}

async function deleteRounds(query: Query, before: EpochMs): Promise<number> {
  const rows = await query(
    `WITH old AS (SELECT path_id, slot FROM round WHERE slot < :before ORDER BY slot, path_id LIMIT :limit),
       sizes AS (DELETE FROM size USING old WHERE size.path_id = old.path_id AND size.slot = old.slot)
     DELETE FROM round USING old WHERE round.path_id = old.path_id AND round.slot = old.slot RETURNING 1`,
    { before, limit: roundsAtOnce },
  );
  return rows.length;
}

export function upkeepStore(on: Connection, shared: SqlDatabase): UpkeepStore {
  const { name, read, write } = on;
  return {
    ...sweeper(on, shared),
    ...sizeSumStore(shared),
    backup: () =>
      Promise.reject(
        new StoreError(`${name} is copied by PostgreSQL's own programs: pg_dump, or pg_basebackup`, 'other'),
      ),
    rescue: () => Promise.reject(new StoreError(`${name} is looked after by its server`, 'other')),
    async verify() {
      await read('SELECT 1');
      return true;
    },
    // The server schedules its own checkpoints, and only its owner may request one.
    checkpoint: () => Promise.resolve(),
    probe: () =>
      write(async (query) => {
        await query('INSERT INTO probe (at) VALUES (0)');
        await query('DELETE FROM probe');
      }),
    async sizeBytes() {
      const [row] = await read<{ bytes: number }>(
        `SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint AS bytes FROM pg_class
         WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace`,
      );
      return row?.bytes ?? 0;
    },
  };
}

/** The database's ids of paths; a path without one gets one. */
export async function pathNumbers(
  query: Query,
  paths: Iterable<PathId>,
): Promise<ReadonlyMap<PathId, number>> {
  const names = [...new Set(paths)].sort(); // in a fixed order, so that two programs can't deadlock
  const find = () =>
    query<{ name: PathId; id: number }>('SELECT name, id FROM path WHERE name = ANY (:names::text[])', {
      names,
    });
  let rows = await find();
  if (rows.length < names.length) {
    const known = new Set(rows.map(({ name }) => name));
    await query('INSERT INTO path (name) SELECT unnest(:names::text[]) ON CONFLICT DO NOTHING', {
      names: names.filter((name) => !known.has(name)),
    });
    rows = await find();
  }
  return new Map(rows.map(({ name, id }) => [name, id]));
}
