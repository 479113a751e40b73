import type { PathId } from '../../core/types.js';
import { pathSums, spansWithout, type SumGroup } from '../path-sums.js';
import type { PartOfPath, RoundStore } from '../store.js';
import type { Connection } from './database.js';

/** How many parts share a statement, and how many statements run at the same time, each on a connection of its own. */
const partsAtOnce = 1500;
const statementsAtOnce = 3;

type Row = { readonly part: number } & Record<keyof SumGroup, string>;

/**
 * The database adds integers, in groups that share their denominators; nothing is divided here. Each part is one walk
 * over neighbouring rows of the key, whatever the planner believes of their number.
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

export function monthSumsQuery({ read }: Connection): Pick<RoundStore, 'monthSums' | 'partSums'> {
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
