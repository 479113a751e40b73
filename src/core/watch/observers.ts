import { contains, merge, type Interval, type IntervalSet } from '../time/intervals.js';
import type { EpochMs } from '../types.js';

/** What one observer says of one port. */
export interface Testimony {
  /** Its outages that are not voided; inferred time in them included. */
  readonly outages: readonly Interval[];
  /** When it was not watching, or was cut off. */
  readonly unobserved: readonly Interval[];
}

/** How many of the observers that see a port have to see it down. */
export type Quorum = 'majority' | number;

export interface Agreed {
  readonly down: IntervalSet;
  /** Nobody was watching. Parts of it may be down all the same: those that were inferred. */
  readonly unobserved: IntervalSet;
}

/** How many of so many voters have to see it down. */
export const needed = (quorum: Quorum, voters: number): number =>
  Math.max(1, quorum === 'majority' ? Math.floor(voters / 2) + 1 : Math.min(quorum, voters));

/**
 * When a port was down by what its observers say, within `period`. At each instant those who are watching vote; who
 * is cut off has no voice. While nobody watches, what they inferred is voted on by all of them.
 */
export function agree(quorum: Quorum, testimonies: readonly Testimony[], period: Interval): Agreed {
  const sides = testimonies.map(({ outages, unobserved }) => ({
    down: merge(outages),
    blind: merge(unobserved),
  }));
  const down: Interval[] = [];
  const unobserved: Interval[] = [];
  for (const span of spans(period, [...sides.flatMap((side) => [...side.down, ...side.blind])])) {
    const watching = sides.filter((side) => !contains(side.blind, span.from));
    if (watching.length === 0) unobserved.push(span);
    const voters = watching.length === 0 ? sides : watching;
    const votes = voters.filter((side) => contains(side.down, span.from)).length;
    if (votes >= needed(quorum, voters.length)) down.push(span);
  }
  return { down: merge(down), unobserved: merge(unobserved) };
}

/** The period, cut wherever one of the intervals begins or ends. */
function spans({ from, to }: Interval, intervals: readonly Interval[]): Interval[] {
  const edges = new Set<EpochMs>([from, to]);
  for (const interval of intervals)
    for (const edge of [interval.from, interval.to]) if (edge > from && edge < to) edges.add(edge);
  const sorted = [...edges].sort((a, b) => a - b);
  return sorted.flatMap((edge, index) => {
    const next = sorted[index + 1];
    return next === undefined ? [] : [{ from: edge, to: next }];
  });
}
