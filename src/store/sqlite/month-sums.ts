import type { EpochMs, PathId } from '../../core/types.js';
import { pathSums, spansWithout, type SumGroup } from '../path-sums.js';
import type { MonthSumsQuery, PathSums, RoundStore } from '../store.js';
import type { Connection } from './database.js';

/**
 * The database adds integers, in groups that share their denominators; nothing is divided here. One path at a time, so
 * that the event loop waits a few milliseconds and not for a whole month of a thousand paths.
 */
export function monthSumsQuery({ db, read }: Connection): Pick<RoundStore, 'monthSums' | 'partSums'> {
  const everyPath = db.prepare<[], PathId>('SELECT name FROM path ORDER BY name').pluck();
  const groupsIn = db
    .prepare<[PathId, EpochMs, EpochMs], SumGroup>(
      `SELECT sent, received, sizes_with_latency AS withLatency, sizes_with_loss AS withLoss, count(*) AS rows,
         sum(rtt_sum_us) AS rttSumUs, coalesce(sum(rtt_min_us), 0) AS rttMinSumUs
       FROM size
       WHERE path_id = (SELECT id FROM path WHERE name = ?) AND slot >= ? AND slot < ? AND held = 1 AND sent > 0
       GROUP BY received, sent, sizes_with_latency, sizes_with_loss`,
    )
    .safeIntegers();
  const sums = (path: PathId, query: MonthSumsQuery): PathSums => {
    const spans = spansWithout(query, query.without?.get(path) ?? []);
    return pathSums(
      path,
      spans.flatMap(({ from, to }) => groupsIn.all(path, from, to)),
    );
  };
  return {
    async partSums(parts) {
      const all: PathSums[] = [];
      for (const { path, from, to } of parts) {
        all.push(await read(() => pathSums(path, groupsIn.all(path, from, to))));
        await new Promise(setImmediate);
      }
      return all;
    },
    async monthSums(query) {
      const paths = query.paths ?? (await read(() => everyPath.all()));
      const all: PathSums[] = [];
      for (const path of paths) {
        all.push(await read(() => sums(path, query)));
        await new Promise(setImmediate);
      }
      return all;
    },
  };
}
