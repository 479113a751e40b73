import type { EpochMs, PathId } from '../../core/types.js';
import { sumSpanMs } from '../path-sums.js';
import type { UpkeepStore } from '../store.js';
import { change, type Query, type Script, type SqlDatabase } from './database.js';
import { sql } from './kysely.js';

/** How much of a path is compared at once: it takes SQLite a few milliseconds, in which its process does nothing else. */
const stretchMs = 30 * 86_400_000;

const columns =
  sql.raw(`path_id, since, received, sent, sizes_with_latency, sizes_with_loss, sizes, rtt_sum_us,
  rtt_min_sum_us`);
const summedUp =
  sql.raw(`SELECT path_id, slot - slot % ${sumSpanMs} AS since, received, sent, sizes_with_latency,
  sizes_with_loss, count(*) AS sizes, sum(rtt_sum_us) AS rtt_sum_us, coalesce(sum(rtt_min_us), 0) AS rtt_min_sum_us`);
const counting = sql.raw('held = 1 AND sent > 0');
const byGroup = sql.raw('GROUP BY 1, 2, 3, 4, 5, 6');

interface Stretch {
  readonly path: number;
  /** Whole spans of sums. */
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** Compares the stored sums with the sizes that they are of, and makes them anew where they differ. */
export function sizeSumStore(db: SqlDatabase): Pick<UpkeepStore, 'checkSums'> {
  const compiled = <Row>(query: { compile(on: SqlDatabase['from']): Query<Row> }): Query<Row> =>
    query.compile(db.from);

  const boundsOf = async (path: number): Promise<{ from: EpochMs; to: EpochMs } | null> => {
    // Each alone, because SQLite reads all rows for the least and the greatest at once.
    const [row] = await db.read<{ from: EpochMs | null; to: EpochMs | null }>(
      compiled(sql`
        SELECT min(slot) AS "from", max(slot) AS "to" FROM (
          SELECT min(since) AS slot FROM size_sum WHERE path_id = ${path}
          UNION ALL SELECT max(since) FROM size_sum WHERE path_id = ${path}
          UNION ALL SELECT min(slot) FROM size WHERE path_id = ${path}
          UNION ALL SELECT max(slot) FROM size WHERE path_id = ${path}) AS known`),
    );
    if (row?.from == null || row.to === null) return null;
    return { from: row.from - (row.from % stretchMs), to: row.to + 1 };
  };

  /** Sums that are right are there twice, as stored and as counted. */
  const wrongIn = ({ path, from, to }: Stretch): Query<{ since: EpochMs }> =>
    compiled(sql`
      SELECT DISTINCT since FROM (
        SELECT since FROM (
          SELECT ${columns} FROM size_sum WHERE path_id = ${path} AND since >= ${from} AND since < ${to}
          UNION ALL ${summedUp} FROM size
            WHERE path_id = ${path} AND slot >= ${from} AND slot < ${to} AND ${counting} ${byGroup}) AS sums
        GROUP BY ${columns} HAVING count(*) = 1) AS wrong
      ORDER BY since`);

  /** No sums change meanwhile: a size that was stored before is counted, and one after is added. */
  function* remade({ path, from, to }: Stretch): Script<void> {
    if (db.dialect === 'postgres') yield { sql: 'LOCK TABLE size_sum IN EXCLUSIVE MODE', parameters: [] };
    yield* change(
      compiled(sql`DELETE FROM size_sum WHERE path_id = ${path} AND since >= ${from} AND since < ${to}`),
    );
    yield* change(
      compiled(sql`INSERT INTO size_sum (${columns}) ${summedUp} FROM size
        WHERE path_id = ${path} AND slot >= ${from} AND slot < ${to} AND ${counting} ${byGroup}`),
    );
  }

  return {
    async checkSums({ paths, repair, signal, onProgress }) {
      const known = await db.read(db.from.selectFrom('path').select(['id', 'name']).orderBy('name'));
      const asked = paths && new Set<PathId>(paths);
      const checked = known.filter(({ name }) => asked?.has(name) ?? true);
      const wrong: { path: PathId; since: EpochMs }[] = [];
      for (const [index, { id, name }] of checked.entries()) {
        const bounds = await boundsOf(id);
        for (let from = bounds?.from ?? 0; bounds !== null && from < bounds.to; from += stretchMs) {
          signal?.throwIfAborted();
          const stretch = { path: id, from, to: from + stretchMs };
          // Both sides in one statement, so that what is stored meanwhile is in both or in none.
          const found = await db.read(wrongIn(stretch));
          wrong.push(...found.map(({ since }) => ({ path: name, since })));
          if (repair === true && found.length > 0) await db.write(() => remade(stretch));
          await new Promise(setImmediate);
        }
        onProgress?.(index + 1, checked.length);
      }
      return { paths: checked.length, wrong };
    },
  };
}
