import type { EpochMs, PathId } from '../core/types.js';
import type { PathSums } from './store.js';

/** Rows of held sizes that share their denominators, as a database counts and adds them. */
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

interface SlotSpan {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** [from, to) less the intervals, in order. */
export function spansWithout({ from, to }: SlotSpan, without: readonly SlotSpan[]): SlotSpan[] {
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
