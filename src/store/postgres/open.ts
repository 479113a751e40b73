import { postgresName } from '../../core/address/postgres.js';
import type { EpochMs, PathId } from '../../core/types.js';
import { newestOf } from '../watch-store.js';
import { decodePackets } from '../packets/codec.js';
import { pathSums, spansWithout, type SumGroup } from '../path-sums.js';
import type { MeasuredBy, PartOfPath, RoundStore, RoundWithin, Store } from '../store.js';
import type { WriterLock } from '../writer-lock.js';
import { sharedStores } from '../sql/shared-stores.js';
import { addressOf, connect } from './connect.js';
import { type Connection, connection, sqlDatabase } from './database.js';
import { toStoreFault } from './faults.js';
import { migrate, requireCurrentSchema } from './migrate.js';
import { upkeepStore } from './upkeep.js';
import { roundList } from './round-list.js';
import { roundPut } from './round-put.js';
import { rowStore } from './rows.js';
import { takeWriterLock, type WriterLockOptions } from './writer-lock.js';

/** How many parts share a statement, and below it how many statements run in parallel, each on its own connection. */
const partsAtOnce = 1500;
const statementsAtOnce = 3;

type Row = { readonly part: number } & Record<keyof SumGroup, string>;

/**
 * The database adds integers in groups of equal denominators and divides nothing. Each part is one scan over adjacent
 * rows of the key, whatever row count the planner estimates.
 */
const sumsOfParts = `
  SELECT span.part, sums.* FROM unnest($1::int[], $2::text[], $3::bigint[], $4::bigint[])
    AS span (part, path, since, until)
  JOIN path ON path.name = span.path
  CROSS JOIN LATERAL (
    SELECT sent::text AS sent, received::text AS received, sizes_with_latency::text AS "withLatency",
      sizes_with_loss::text AS "withLoss", count(*)::text AS rows, sum(rtt_sum_us)::text AS "rttSumUs",
      coalesce(sum(rtt_min_us), 0)::text AS "rttMinSumUs"
    FROM size WHERE size.path_id = path.id AND size.slot >= span.since AND size.slot < span.until
      AND size.held = 1 AND size.sent > 0
    GROUP BY size.received, size.sent, size.sizes_with_latency, size.sizes_with_loss
  ) AS sums`;

function monthSumsQuery({ read }: Connection): Pick<RoundStore, 'monthSums' | 'partSums'> {
  const together = async (parts: readonly PartOfPath[]): Promise<SumGroup[][]> => {
    const groups = parts.map((): SumGroup[] => []);
    const rows = await read<Row>(sumsOfParts, [
      parts.map((_, index) => index),
      parts.map(({ path }) => path),
      parts.map(({ from }) => from),
      parts.map(({ to }) => to),
    ]);
    for (const { part, ...group } of rows) groups[part]?.push(inWholeNumbers(group));
    return groups;
  };
  /** The groups of each part, in the order of the parts. */
  const groupsOf = async (parts: readonly PartOfPath[]): Promise<SumGroup[][]> => {
    const found: SumGroup[][][] = [];
    let next = 0;
    const walk = async (): Promise<void> => {
      while (next * partsAtOnce < parts.length) {
        const nth = next;
        next += 1;
        found[nth] = await together(parts.slice(nth * partsAtOnce, (nth + 1) * partsAtOnce));
      }
    };
    await Promise.all(Array.from({ length: statementsAtOnce }, walk));
    return found.flat();
  };
  return {
    async partSums(parts) {
      const groups = await groupsOf(parts);
      return parts.map(({ path }, index) => pathSums(path, groups[index] ?? []));
    },
    async monthSums(query) {
      const paths =
        query.paths ??
        (await read<{ name: PathId }>('SELECT name FROM path ORDER BY name')).map(({ name }) => name);
      const parts = paths.flatMap((path, owner) =>
        spansWithout(query, query.without?.get(path) ?? []).map((span) => ({ path, owner, ...span })),
      );
      const groups = await groupsOf(parts);
      const own = paths.map((): SumGroup[] => []);
      for (const [index, { owner }] of parts.entries()) own[owner]?.push(...(groups[index] ?? []));
      return paths.map((path, index) => pathSums(path, own[index] ?? []));
    },
  };
}

function inWholeNumbers(row: Record<keyof SumGroup, string>): SumGroup {
  const { sent, received, withLatency, withLoss, rows, rttSumUs, rttMinSumUs } = row;
  return {
    sent: BigInt(sent),
    received: BigInt(received),
    withLatency: BigInt(withLatency),
    withLoss: BigInt(withLoss),
    rows: BigInt(rows),
    rttSumUs: BigInt(rttSumUs),
    rttMinSumUs: BigInt(rttMinSumUs),
  };
}

export interface PostgresStoreOptions {
  /** `postgres://user@host:port/database`, with optional parameters that `parsePostgresUrl` knows. */
  readonly url: string;
  /** A file that contains only the password. */
  readonly passwordFile?: string | null;
  /** Reads only, and leaves the schema unchanged. */
  readonly readOnly?: boolean;
  /** Holds the agent's writer lock until closed. Without it, the store writes alongside the lock's holder. */
  readonly writer?: Pick<WriterLockOptions, 'agent' | 'writer' | 'onHeldByOther'>;
}

/** Opens the store in a PostgreSQL database (15 or newer), and upgrades its schema. Rejects with a `StoreError`. */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { url, passwordFile = null, readOnly = false, writer } = options;
  // One connection writes, one holds the lock, the others read.
  const pool = connect({ url, passwordFile, connections: writer ? 5 : 4 });
  const name = postgresName(addressOf(url));
  let lock: WriterLock | null = null;
  try {
    lock = writer ? await takeWriterLock({ ...writer, pool, name }) : null;
    await (readOnly ? requireCurrentSchema(pool, name) : migrate(pool, name));
  } catch (error) {
    await lock?.release();
    await pool.end();
    throw error;
  }
  const on = connection(pool, name, readOnly);
  const db = sqlDatabase(on);
  return {
    rounds: {
      ...roundPut(on),
      ...roundList(on),
      ...roundReads(on),
      ...monthSumsQuery(on),
      ...measuredByQuery(on),
    },
    ...sharedStores(db),
    rows: rowStore(on, db),
    upkeep: upkeepStore(on, db),
    close: async () => {
      const closed = on.close();
      await on.drained();
      await lock?.release();
      await closed;
    },
  };
}

/** How rounds were measured, counted by the database. */
function measuredByQuery({ read }: Connection): Pick<RoundStore, 'measuredBy'> {
  return {
    measuredBy: (from, to) =>
      read<MeasuredBy>(
        `SELECT path.name AS path, driver, stamps, rounds
         FROM (SELECT path_id, driver COLLATE "C" AS driver, stamps COLLATE "C" AS stamps, count(*) AS rounds FROM round
               WHERE slot >= $1 AND slot < $2 AND status = 'ok' GROUP BY 1, 2, 3) AS taken
         JOIN path ON path.id = path_id ORDER BY path.name, driver, stamps`,
        [from, to],
      ),
  };
}

/** Reads of one path's rounds. */
function roundReads({
  name,
  read,
}: Connection): Pick<RoundStore, 'packets' | 'accounted' | 'newest' | 'within'> {
  return {
    within: ({ paths, from, to, slotWithinMs }) =>
      read<RoundWithin>(
        `SELECT path.name AS path, started_at AS "startedAt", ended_at AS "endedAt",
           coalesce(sum(sent), 0)::int AS sent, coalesce(sum(received), 0)::int AS received
         FROM round JOIN path ON path.id = round.path_id
           LEFT JOIN size ON size.path_id = round.path_id AND size.slot = round.slot
         WHERE path.name = ANY($1) AND round.slot >= $2 AND round.slot < $4 AND started_at >= $3 AND ended_at <= $4
         GROUP BY round.slot, path.name, started_at, ended_at ORDER BY started_at, path.name`,
        [paths, from - slotWithinMs, from, to],
      ),
    async packets(path, slot) {
      const [row] = await read<{ packed: Uint8Array }>(
        'SELECT packed FROM packets WHERE path_id = (SELECT id FROM path WHERE name = $1) AND slot = $2',
        [path, slot],
      );
      if (!row) return null;
      try {
        return decodePackets(row.packed);
      } catch (error) {
        throw toStoreFault(error, name);
      }
    },
    async accounted(path, from, to) {
      const rows = await read<{ slot: number }>(
        `SELECT slot FROM round WHERE path_id = (SELECT id FROM path WHERE name = $1) AND slot >= $2 AND slot < $3
         ORDER BY slot`,
        [path, from, to],
      );
      return rows.map(({ slot }) => slot);
    },
    async newest() {
      return newestOf(
        await read<{ path: PathId; slot: EpochMs | null }>(
          `SELECT name AS path, (SELECT slot FROM round WHERE path_id = path.id AND status <> 'unscheduled'
             ORDER BY slot DESC LIMIT 1) AS slot FROM path`,
        ),
      );
    },
  };
}
