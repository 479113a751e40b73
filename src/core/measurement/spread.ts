import type { CountedRound } from './figures.js';
import { isHeld } from './figures.js';

/** How the round-trip times of a path spread over a month, in whole microseconds. Reported; decides nothing. */
export interface Spread {
  readonly packets: number;
  readonly minUs: number;
  readonly p50Us: number;
  readonly p95Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  /** Round-trip packet delay variation after RFC 5481: RTT less the least RTT; here its 99th percentile. */
  readonly pdvP99Us: number;
}

/** The nearest-rank percentile: the least value that at least `percent` in a hundred are not over. */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  const rank = (BigInt(sorted.length) * BigInt(percent) + 99n) / 100n;
  return sorted[Number(rank < 1n ? 1n : rank) - 1] ?? 0;
}

/** Over every received packet of the rounds held among these; null when a size came without its single RTTs, or none came back. */
export function spreadOf(rounds: readonly CountedRound[]): Spread | null {
  const values: number[] = [];
  for (const round of rounds.filter(isHeld)) {
    for (const size of round.sizes) {
      if (size.rttsUs === undefined) {
        if (size.received > 0) return null;
        continue;
      }
      for (const rtt of size.rttsUs) if (rtt !== null) values.push(rtt);
    }
  }
  const [first] = values;
  if (first === undefined) return null;
  const sorted = Float64Array.from(values).sort();
  const minUs = sorted[0] ?? first;
  const p99Us = percentile(sorted, 99);
  return {
    packets: sorted.length,
    minUs,
    p50Us: percentile(sorted, 50),
    p95Us: percentile(sorted, 95),
    p99Us,
    maxUs: sorted.at(-1) ?? first,
    pdvP99Us: p99Us - minUs,
  };
}
