import type { PathId } from '../../core/types.js';
import { pathSums, spansWithout, type SumGroup } from '../path-sums.js';
import type { MonthSumsQuery, PathSums, RoundStore } from '../store.js';
import type { Connection } from './database.js';

/** How many paths share a statement. */
const pathsAtOnce = 100;

type Row = { readonly path: PathId } & Record<keyof SumGroup, string>;

/** The database adds integers, in groups that share their denominators; nothing is divided here. */
export function monthSumsQuery({ read }: Connection): Pick<RoundStore, 'monthSums'> {
  const sumsOf = async (paths: readonly PathId[], query: MonthSumsQuery): Promise<PathSums[]> => {
    const spans = paths.flatMap((path) =>
      spansWithout(query, query.without?.get(path) ?? []).map((span) => ({ path, ...span })),
    );
    const rows = await read<Row>(
      `SELECT span.path, size.sent::text AS sent, size.received::text AS received,
         size.sizes_with_latency::text AS "withLatency", size.sizes_with_loss::text AS "withLoss",
         count(*)::text AS rows, sum(size.rtt_sum_us)::text AS "rttSumUs"
       FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS span (path, since, until)
       JOIN path ON path.name = span.path
       JOIN size ON size.path_id = path.id AND size.slot >= span.since AND size.slot < span.until
       WHERE size.slot >= $4 AND size.slot < $5 AND size.held = 1 AND size.sent > 0
       GROUP BY span.path, size.received, size.sent, size.sizes_with_latency, size.sizes_with_loss`,
      [
        ...[spans.map(({ path }) => path), spans.map(({ from }) => from), spans.map(({ to }) => to)],
        ...[query.from, query.to], // for the planner: the partitions outside are not looked at
      ],
    );
    const groups = new Map<PathId, SumGroup[]>(paths.map((path) => [path, []]));
    for (const { path, ...group } of rows) groups.get(path)?.push(inWholeNumbers(group));
    return paths.map((path) => pathSums(path, groups.get(path) ?? []));
  };
  return {
    async monthSums(query) {
      const paths =
        query.paths ??
        (await read<{ name: PathId }>('SELECT name FROM path ORDER BY name')).map(({ name }) => name);
      const all: PathSums[] = [];
      for (let at = 0; at < paths.length; at += pathsAtOnce)
        all.push(...(await sumsOf(paths.slice(at, at + pathsAtOnce), query)));
      return all;
    },
  };
}

function inWholeNumbers(row: Record<keyof SumGroup, string>): SumGroup {
  const { sent, received, withLatency, withLoss, rows, rttSumUs } = row;
  return {
    sent: BigInt(sent),
    received: BigInt(received),
    withLatency: BigInt(withLatency),
    withLoss: BigInt(withLoss),
    rows: BigInt(rows),
    rttSumUs: BigInt(rttSumUs),
  };
}
