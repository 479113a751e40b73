import type { EpochMs, PathId } from '../../core/types.js';
import type { MonthSumsQuery, PathSums, RoundStore } from '../store.js';
import type { Connection } from './database.js';

interface Group {
  readonly sent: bigint;
  readonly received: bigint;
  readonly withLatency: bigint;
  readonly withLoss: bigint;
  readonly rows: bigint;
  readonly rttSumUs: bigint;
}
interface Span {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/**
 * The database adds integers, in groups that share their denominators; nothing is divided here. One path at a time, so
 * that the event loop waits a few milliseconds and not for a whole month of a thousand paths.
 */
export function monthSumsQuery({ db, read }: Connection): Pick<RoundStore, 'monthSums'> {
  const everyPath = db.prepare<[], PathId>('SELECT name FROM path ORDER BY name').pluck();
  const groupsIn = db
    .prepare<[PathId, EpochMs, EpochMs], Group>(
      `SELECT sent, received, sizes_with_latency AS withLatency, sizes_with_loss AS withLoss, count(*) AS rows,
         sum(rtt_sum_us) AS rttSumUs
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

/** [from, to) less the intervals, in order. */
function spansWithout({ from, to }: Span, without: readonly Span[]): Span[] {
  const spans: Span[] = [];
  let start = from;
  for (const gap of without.filter((span) => span.from < span.to).sort((a, b) => a.from - b.from)) {
    if (gap.from > start) spans.push({ from: start, to: Math.min(gap.from, to) });
    start = Math.max(start, gap.to);
  }
  if (start < to) spans.push({ from: start, to });
  return spans.filter((span) => span.from < span.to);
}

function pathSums(path: PathId, groups: readonly Group[]): PathSums {
  const latency = new Map<string, { received: number; sizes: number; rttSumUs: bigint; rows: bigint }>();
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
      rows: 0n,
    };
    sum.rttSumUs += group.rttSumUs;
    sum.rows += rows;
    latency.set(key, sum);
  }
  return {
    path,
    roundsHeld: roundsOf([...loss.values()]),
    roundsWithLatency: roundsOf([...latency.values()]),
    latency: [...latency.values()]
      .map(({ received, sizes, rttSumUs }) => ({ received, sizes, rttSumUs }))
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
