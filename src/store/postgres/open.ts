import type { PoolClient } from 'pg';
import { postgresName } from '../../core/address/postgres.js';
import type { EpochMs, PathId } from '../../core/types.js';
import { newestOf } from '../watch-store.js';
import { decodePackets, encodePackets } from '../packets/codec.js';
import {
  type SeriesRow,
  type SumGroup,
  type SumGroupRow,
  addedUp,
  measuredBySql,
  seriesPointOf,
  seriesSql,
  storedSumGroupsSql,
  sumGroupOf,
  sumGroupsSql,
  sumQueries,
  sumSourcesOf,
} from '../path-sums.js';
import type { MeasuredBy, PartOfPath, RoundStore, RoundWithin, Store } from '../store.js';
import type { WriterLock } from '../writer-lock.js';
import { enteredStores, measuredStores } from '../sql/shared-stores.js';
import { addressOf, connect } from './connect.js';
import { type Connection, type PostgresDatabase, type Query, connection, sqlDatabase } from './database.js';
import { toStoreError } from './errors.js';
import { migrate, requireCurrentSchema } from './migrate.js';
import { upkeepStore } from './upkeep.js';
import { type RoundWithSizes, roundList, roundWithSizes } from './round-list.js';
import { roundPut, storeMarks, storeRounds } from './round-put.js';
import { type WriterLockOptions, acquireWriterLock } from './writer-lock.js';
import { summarise } from '../../core/measurement/figures.js';
import {
  type StoredRound,
  type StoredSlot,
  asUnscheduled,
  isSameMeasurement,
  supersedes,
} from '../../core/merge.js';
import { storedSlotOf } from '../round-rows.js';
import type { RowStore } from '../row-store.js';
import { configuredPathWriter } from '../sql/runs.js';
import { watchMerger } from '../sql/watch-rows.js';

/** How many parts share a statement, and below it how many statements run in parallel, each on its own connection. */
const partsAtOnce = 1500;
const statementsAtOnce = 3;

type Row = SumGroupRow & { readonly part: number };

/** Each part is one scan over adjacent rows of the key, whatever row count the planner estimates. */
const ofSpans = (given: string, groups: string): string => `
  SELECT span.part, sums.* FROM jsonb_to_recordset(:${given}::jsonb)
    AS span (part int, path text, "from" bigint, "to" bigint)
  JOIN path ON path.name = span.path
  CROSS JOIN LATERAL (${groups}) AS sums`;
const sumsOfParts = `${ofSpans(
  'sizes',
  sumGroupsSql('size.path_id = path.id AND size.slot >= span."from" AND size.slot < span."to"'),
)} UNION ALL ${ofSpans(
  'stored',
  storedSumGroupsSql(
    'size_sum.path_id = path.id AND size_sum.since >= span."from" AND size_sum.since < span."to"',
  ),
)}`;

function monthSumsQuery({ read }: Connection): Pick<RoundStore, 'monthSums' | 'partSums'> {
  const together = async (parts: readonly PartOfPath[]): Promise<SumGroup[][]> => {
    const groups = parts.map((): SumGroup[] => []);
    const sizes: object[] = [];
    const stored: object[] = [];
    for (const [part, { path, ...span }] of parts.entries()) {
      const sources = sumSourcesOf(span);
      for (const end of sources.sizes) sizes.push({ part, path, ...end });
      if (sources.stored) stored.push({ part, path, ...sources.stored });
    }
    const rows = await read<Row>(sumsOfParts, {
      sizes: JSON.stringify(sizes),
      stored: JSON.stringify(stored),
    });
    for (const row of rows) groups[row.part]?.push(sumGroupOf(row));
    return groups;
  };
  return sumQueries({
    everyPath: async () =>
      (await read<{ name: PathId }>('SELECT name FROM path ORDER BY name')).map(({ name }) => name),
    async groupsOf(parts) {
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
    },
  });
}

export interface PostgresStoreOptions {
  /** `postgres://user@host:port/database`, with optional parameters that `parsePostgresUrl` knows. */
  readonly url: string;
  /** A file that contains only the password. */
  readonly passwordFile?: string | null;
  /** Reads only, and leaves the schema unchanged. */
  readonly readOnly?: boolean;
  /** Holds the agent's writer lock until closed. Without it, the store writes alongside the lock's holder. */
  readonly writer?: Pick<WriterLockOptions, 'agent' | 'writer' | 'onLockLost'>;
}

/** Opens the store in a PostgreSQL database (15 or newer), and upgrades its schema. Rejects with a `StoreError`. */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { url, passwordFile = null, readOnly = false, writer } = options;
  // One connection writes, one holds the lock, the others read.
  const pool = connect({ url, passwordFile, connections: writer ? 5 : 4 });
  const name = postgresName(addressOf(url));
  let lock: WriterLock | null = null;
  try {
    lock = writer ? await acquireWriterLock({ ...writer, pool, name }) : null;
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
      ...roundReplace(on),
      ...roundList(on),
      ...roundReads(on),
      ...monthSumsQuery(on),
      ...measuredByQuery(on),
    },
    ...measuredStores(db),
    ...enteredStores(db),
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
  return { measuredBy: async (from, to) => addedUp(await read<MeasuredBy>(measuredBySql, { from, to })) };
}

/** Reads of one path's rounds. */
function roundReads({
  name,
  read,
}: Connection): Pick<RoundStore, 'packets' | 'accounted' | 'newest' | 'within' | 'series'> {
  return {
    within: ({ paths, from, to, slotWithinMs }) =>
      read<RoundWithin>(
        `SELECT path.name AS path, started_at AS "startedAt", ended_at AS "endedAt",
           coalesce(sum(sent), 0)::int AS sent, coalesce(sum(received), 0)::int AS received
         FROM round JOIN path ON path.id = round.path_id
           LEFT JOIN size ON size.path_id = round.path_id AND size.slot = round.slot
         WHERE path.name = ANY(:paths) AND round.slot >= :slotFrom AND round.slot < :to
           AND started_at >= :from AND ended_at <= :to
         GROUP BY round.slot, path.name, started_at, ended_at ORDER BY started_at, path.name`,
        { paths, slotFrom: from - slotWithinMs, from, to },
      ),
    async series({ path, from, to, origin, stepMs }) {
      const rows = await read<SeriesRow>(seriesSql, { path, from, to, origin, stepMs });
      return rows.map(seriesPointOf);
    },
    async packets(path, slot) {
      const [row] = await read<{ packed: Uint8Array }>(
        'SELECT packed FROM packets WHERE path_id = (SELECT id FROM path WHERE name = :path) AND slot = :slot',
        { path, slot },
      );
      if (!row) return null;
      try {
        return decodePackets(row.packed);
      } catch (error) {
        throw toStoreError(error, name);
      }
    },
    async accounted(path, from, to) {
      const rows = await read<{ slot: number }>(
        `SELECT slot FROM round WHERE path_id = (SELECT id FROM path WHERE name = :path)
           AND slot >= :from AND slot < :to ORDER BY slot`,
        { path, from, to },
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

/** One round in the place of another, in one transaction. */
function roundReplace({ write }: Connection): Pick<RoundStore, 'replace'> {
  return {
    async replace(round, { beside, why }) {
      const next: StoredRound = { ...summarise(round), packed: encodePackets(round.sizes) };
      await write(async (query, client) => {
        const stored = (await storedSlots(query, [next])).get(nameOf(next));
        if (stored && stored.status !== 'missing' && isSameMeasurement(stored, next)) return;
        if (stored) await remove(query, [stored]);
        const moved = stored && stored.status !== 'missing' ? [asUnscheduled(stored, beside, why)] : [];
        await storeRounds(query, client, [next, ...moved]);
      });
    },
  };
}

/** Merges rows from agents: one transaction for each batch that they send. */
function rowStore({ write }: Connection, shared: PostgresDatabase): RowStore {
  const widenConfiguredPaths = configuredPathWriter(shared);
  const mergeWatch = watchMerger(shared);
  return {
    merge: ({ slots, watch, configuredPaths }) =>
      write(async (query, client) => {
        await shared.run(client, widenConfiguredPaths(configuredPaths));
        const stored = await mergeSlots(query, client, slots);
        return { slots: stored, watch: await shared.run(client, mergeWatch(watch)) };
      }),
  };
}

const nameOf = ({ path, slot }: { readonly path: string; readonly slot: number }): string =>
  `${path} ${slot}`;

async function mergeSlots(
  query: Query,
  client: PoolClient,
  given: readonly StoredSlot[],
): Promise<StoredSlot[]> {
  const best = new Map<string, StoredSlot>();
  for (const slot of given) {
    const other = best.get(nameOf(slot));
    if (other === undefined || supersedes(slot, other)) best.set(nameOf(slot), slot);
  }
  const added = new Set(await insert(query, client, [...best.values()]));
  const known = [...best.values()].filter((slot) => !added.has(slot));
  const better = known.length === 0 ? [] : await superseding(query, known);
  await remove(query, better);
  await insert(query, client, better);
  return [...added, ...better];
}

/** Inserts slots that have no row; resolves to those. */
async function insert(query: Query, client: PoolClient, slots: readonly StoredSlot[]): Promise<StoredSlot[]> {
  const rounds = slots.filter((slot): slot is StoredRound => slot.status !== 'missing');
  const marks = slots.filter((slot) => slot.status === 'missing');
  const answers = await storeRounds(query, client, rounds);
  const marked = new Set(marks.length === 0 ? [] : (await storeMarks(query, marks)).map(nameOf));
  return [
    ...rounds.filter((_, index) => answers[index] === 'stored'),
    ...marks.filter((mark) => marked.has(nameOf(mark))),
  ];
}

/** The slots that supersede the stored ones. */
async function superseding(query: Query, slots: readonly StoredSlot[]): Promise<StoredSlot[]> {
  const stored = await storedSlots(query, slots);
  return slots.filter((slot) => {
    const other = stored.get(nameOf(slot));
    return other === undefined || supersedes(slot, other);
  });
}

/** The stored rows of these slots in full, by name. */
async function storedSlots(
  query: Query,
  slots: readonly Pick<StoredSlot, 'path' | 'slot'>[],
): Promise<ReadonlyMap<string, StoredSlot>> {
  const stored = await query<RoundWithSizes & { readonly packed: Buffer | null }>(
    `SELECT ${roundWithSizes}, packets.packed FROM round JOIN path ON path.id = round.path_id
     LEFT JOIN packets USING (path_id, slot)
     WHERE (path.name, round.slot) IN (SELECT * FROM unnest(:paths::text[], :slots::bigint[]))`,
    { paths: slots.map(({ path }) => path), slots: slots.map(({ slot }) => slot) },
  );
  return new Map(
    stored.map(({ sizes, ...row }): [string, StoredSlot] => [
      nameOf(row),
      storedSlotOf(row, () => sizes ?? []),
    ]),
  );
}

async function remove(query: Query, slots: readonly StoredSlot[]): Promise<void> {
  if (slots.length === 0) return;
  for (const table of ['size', 'packets', 'round']) {
    await query(
      `DELETE FROM ${table} WHERE (path_id, slot) IN
         (SELECT path.id, given.slot FROM unnest(:paths::text[], :slots::bigint[]) AS given (name, slot)
          JOIN path USING (name))`,
      { paths: slots.map(({ path }) => path), slots: slots.map(({ slot }) => slot) },
    );
  }
}
