import { clip, merge, subtract, type Interval, type IntervalSet } from '../time/intervals.js';

/** A period in four parts that do not overlap and leave nothing out. */
export interface KindsOfTime {
  readonly up: IntervalSet;
  /** Down, and nothing excuses it. */
  readonly down: IntervalSet;
  /** An approved exclusion covers it, whatever the port did. */
  readonly excluded: IntervalSet;
  /** Nobody was watching: neither of the above, and no proof of service. */
  readonly unobserved: IntervalSet;
}

export interface KindsOfTimeInput {
  readonly period: Interval;
  readonly outages: readonly Interval[];
  readonly excluded: readonly Interval[];
  readonly unobserved: readonly Interval[];
}

/** Excluded goes before down, down before unobserved (rules, section 4: an outage in unobserved time stands). */
export function kindsOfTime(input: KindsOfTimeInput): KindsOfTime {
  const within = (intervals: readonly Interval[]): IntervalSet => clip(merge(intervals), input.period);
  const excluded = within(input.excluded);
  const down = subtract(within(input.outages), excluded);
  const blind = within(input.unobserved);
  const unobserved = subtract(subtract(blind, excluded), down);
  const up = subtract(subtract(subtract(within([input.period]), excluded), down), blind);
  return { up, down, excluded, unobserved };
}
