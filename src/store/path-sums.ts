import { type CountedRound, weightOf } from '../core/measurement/figures.js';
import type { EpochMs, PathId } from '../core/types.js';
import type { MeasuredBy, PartOfPath, PathSums, RoundStore, SeriesPoint } from './store.js';

/** Sizes of counted rounds that share their denominators, as a database counts and adds them. */
export interface SumGroup {
  readonly sent: bigint;
  readonly received: bigint;
  readonly withLatency: bigint;
  readonly withLoss: bigint;
  readonly rows: bigint;
  readonly rttSumUs: bigint;
  /** The least RTT of each row, added up. */
  readonly rttMinSumUs: bigint;
}

/**
 * The groups of the sizes in `size` that fulfil `where`. A database adds integers in groups of equal denominators and
 * divides nothing.
 */
export const sumGroupsSql = (where: string): string => `
  SELECT sent, received, sizes_with_latency AS "withLatency", sizes_with_loss AS "withLoss", count(*) AS rows,
    sum(rtt_sum_us) AS "rttSumUs", coalesce(sum(rtt_min_us), 0) AS "rttMinSumUs"
  FROM size WHERE ${where} AND held = 1 AND sent > 0
  GROUP BY received, sent, sizes_with_latency, sizes_with_loss`;

/** Sums of sizes are stored for so long each, from the beginning of 1970 on: a third of a day of UTC. */
export const sumSpanMs = 8 * 3_600_000;

/**
 * The groups of the stored sums in `size_sum` that fulfil `where`, which are those of `sumGroupsSql` for the same time:
 * whatever changes a size changes its sums with it.
 */
export const storedSumGroupsSql = (where: string): string => `
  SELECT sent, received, sizes_with_latency AS "withLatency", sizes_with_loss AS "withLoss", sum(sizes) AS rows,
    sum(rtt_sum_us) AS "rttSumUs", sum(rtt_min_sum_us) AS "rttMinSumUs"
  FROM size_sum WHERE ${where}
  GROUP BY received, sent, sizes_with_latency, sizes_with_loss`;

interface SlotSpan {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** Where the sums of a part are: `stored` for what lies between whole spans, and what is left at its ends in sizes. */
export function sumSourcesOf({ from, to }: SlotSpan): {
  readonly stored: SlotSpan | null;
  readonly sizes: readonly SlotSpan[];
} {
  const first = Math.ceil(from / sumSpanMs) * sumSpanMs;
  const last = Math.floor(to / sumSpanMs) * sumSpanMs;
  if (first >= last) return { stored: null, sizes: from < to ? [{ from, to }] : [] };
  const ends = [
    { from, to: first },
    { from: last, to },
  ];
  return { stored: { from: first, to: last }, sizes: ends.filter((end) => end.from < end.to) };
}

/** A row of `sumGroupsSql`: a database gives integers as numbers, as bigints or, large sums, as text. */
export type SumGroupRow = Readonly<Record<keyof SumGroup, bigint | number | string>>;

export const sumGroupOf = (row: SumGroupRow): SumGroup => ({
  sent: BigInt(row.sent),
  received: BigInt(row.received),
  withLatency: BigInt(row.withLatency),
  withLoss: BigInt(row.withLoss),
  rows: BigInt(row.rows),
  rttSumUs: BigInt(row.rttSumUs),
  rttMinSumUs: BigInt(row.rttMinSumUs),
});

/** The groups of a round that was read whole, one for each of its sizes; none of a round that does not count. */
export function sumGroupsOf(round: CountedRound): SumGroup[] {
  const { isCounted, sizesWithLatency, sizesWithLoss } = weightOf(round);
  if (!isCounted) return [];
  return round.sizes
    .filter(({ sent }) => sent > 0)
    .map(({ sent, received, rttSumUs, rttMinUs }) =>
      sumGroupOf({
        sent,
        received,
        withLatency: sizesWithLatency,
        withLoss: sizesWithLoss,
        rows: 1n,
        rttSumUs,
        rttMinSumUs: rttMinUs ?? 0,
      }),
    );
}

interface SumSource {
  /** The groups of each part, in the order of the parts. */
  readonly groupsOf: (parts: readonly PartOfPath[]) => Promise<(readonly SumGroup[])[]>;
  /** Every path that the store knows, by id. */
  readonly everyPath: () => Promise<readonly PathId[]>;
}

export function sumQueries({ groupsOf, everyPath }: SumSource): Pick<RoundStore, 'monthSums' | 'partSums'> {
  return {
    async partSums(parts) {
      const groups = await groupsOf(parts);
      return parts.map(({ path }, index) => pathSums(path, groups[index] ?? []));
    },
    async monthSums(query) {
      const paths = query.paths ?? (await everyPath());
      const parts = paths.flatMap((path, owner) =>
        spansWithout(query, query.without?.get(path) ?? []).map((span) => ({ path, owner, ...span })),
      );
      const groups = paths.map((): SumGroup[] => []);
      for (const [index, ofPart] of (await groupsOf(parts)).entries())
        groups[parts[index]?.owner ?? 0]?.push(...ofPart);
      return paths.map((path, index) => pathSums(path, groups[index] ?? []));
    },
  };
}

/** A chart's steps of `:path` over [:from, :to); every round weighs the same, and every size the same within it. */
export const seriesSql = `
  SELECT (slot - CAST(:origin AS BIGINT)) / CAST(:stepMs AS BIGINT) AS step, count(DISTINCT slot) AS rounds,
    sum(CASE WHEN received > 0 THEN 1.0 * rtt_sum_us / (received * sizes_with_latency) END)
      / sum(CASE WHEN received > 0 THEN 1.0 / sizes_with_latency END) AS "latencyUs",
    sum(1.0 * (sent - received) / (sent * sizes_with_loss)) / sum(1.0 / sizes_with_loss) AS loss
  FROM size WHERE path_id = (SELECT id FROM path WHERE name = :path) AND slot >= :from AND slot < :to
    AND held = 1 AND sent > 0
  GROUP BY 1 ORDER BY 1`;

/** A row of `seriesSql`: a database gives quotients as numbers or as text. */
export type SeriesRow = Readonly<Record<keyof SeriesPoint, number | string | null>>;

export const seriesPointOf = ({ step, rounds, latencyUs, loss }: SeriesRow): SeriesPoint => ({
  step: Number(step),
  rounds: Number(rounds),
  latencyUs: latencyUs === null ? null : Number(latencyUs),
  loss: Number(loss),
});

/** Counts the valid rounds of slots in [:from, :to) by path, driver and source of stamps. */
export const measuredBySql = `
  SELECT path.name AS path, driver, stamps, rounds
  FROM (SELECT path_id, driver, stamps, count(*) AS rounds FROM round
        WHERE slot >= :from AND slot < :to AND status = 'ok' GROUP BY path_id, driver, stamps) AS counted
  JOIN path ON path.id = path_id`;

/** Adds up the counts of equal path, driver and stamps, and orders them by those. */
export function addedUp(rows: Iterable<MeasuredBy>): MeasuredBy[] {
  const byKey = new Map<string, MeasuredBy>();
  for (const row of rows) {
    const key = `${row.path} ${row.driver} ${row.stamps}`;
    byKey.set(key, { ...row, rounds: row.rounds + (byKey.get(key)?.rounds ?? 0) });
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** [from, to) less the intervals, in order. */
function spansWithout({ from, to }: SlotSpan, without: readonly SlotSpan[]): SlotSpan[] {
  const spans: SlotSpan[] = [];
  let start = from;
  for (const gap of without.filter((span) => span.from < span.to).sort((a, b) => a.from - b.from)) {
    if (gap.from > start) spans.push({ from: start, to: Math.min(gap.from, to) });
    start = Math.max(start, gap.to);
  }
  if (start < to) spans.push({ from: start, to });
  return spans.filter((span) => span.from < span.to);
}

export function pathSums(path: PathId, groups: readonly SumGroup[]): PathSums {
  const latency = new Map<
    string,
    { received: number; sizes: number; rttSumUs: bigint; rttMinSumUs: bigint; rows: bigint }
  >();
  const loss = new Map<string, { sent: number; sizes: number; lost: bigint; rows: bigint }>();
  for (const group of groups) {
    const { sent, received, withLatency, withLoss, rows } = group;
    const lossKey = `${sent}/${withLoss}`;
    const lossSum = loss.get(lossKey) ?? { sent: Number(sent), sizes: Number(withLoss), lost: 0n, rows: 0n };
    lossSum.lost += (sent - received) * rows;
    lossSum.rows += rows;
    loss.set(lossKey, lossSum);
    if (received === 0n) continue;
    const key = `${received}/${withLatency}`;
    const sum = latency.get(key) ?? {
      received: Number(received),
      sizes: Number(withLatency),
      rttSumUs: 0n,
      rttMinSumUs: 0n,
      rows: 0n,
    };
    sum.rttSumUs += group.rttSumUs;
    sum.rttMinSumUs += group.rttMinSumUs;
    sum.rows += rows;
    latency.set(key, sum);
  }
  return {
    path,
    roundsHeld: roundsOf([...loss.values()]),
    roundsWithLatency: roundsOf([...latency.values()]),
    latency: [...latency.values()]
      .map(({ received, sizes, rttSumUs, rttMinSumUs }) => ({ received, sizes, rttSumUs, rttMinSumUs }))
      .sort((a, b) => a.received - b.received || a.sizes - b.sizes),
    loss: [...loss.values()]
      .map(({ sent, sizes, lost }) => ({ sent, sizes, lost }))
      .sort((a, b) => a.sent - b.sent || a.sizes - b.sizes),
  };
}

/** A round with n sizes that count stands in n rows that say n: the rows that say n are n times its rounds. */
function roundsOf(groups: readonly { readonly sizes: number; readonly rows: bigint }[]): number {
  const rowsBySizes = new Map<number, number>();
  for (const { sizes, rows } of groups) rowsBySizes.set(sizes, (rowsBySizes.get(sizes) ?? 0) + Number(rows));
  return [...rowsBySizes].reduce((rounds, [sizes, rows]) => rounds + rows / sizes, 0);
}
