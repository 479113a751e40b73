import { ceil, compare, divide, floor, multiply, ratio } from '../number.js';
import type { OutageRules } from '../plan.js';
import { merge, type Interval, type IntervalSet } from '../time/intervals.js';
import type { EpochMs } from '../types.js';

/** An outage with when the customer reported it; null: never. */
interface ReportedOutage extends Interval {
  readonly reportedAt?: EpochMs | null;
}

/** An unbroken outage of the service, and how much of it counts. */
export interface CountedOutage extends Interval {
  readonly countedMs: number;
}

/** When outages were, by whatever the contract lets them begin with. */
export function outagesBegun(outages: readonly ReportedOutage[], { startsAt }: OutageRules): IntervalSet {
  if (startsAt === 'detection') return merge(outages);
  return merge(
    outages.flatMap(({ from, to, reportedAt = null }) => {
      if (startsAt === 'report') return reportedAt === null ? [] : [{ from: reportedAt, to }];
      return [{ from: reportedAt === null ? from : Math.min(from, reportedAt), to }];
    }),
  );
}

/** Each outage that is long enough, with its duration in the units of the contract. */
export function countOutages(unavailable: IntervalSet, rules: OutageRules): CountedOutage[] {
  const { shortestMinutes, unitMinutes, count } = rules;
  return unavailable.flatMap(({ from, to }) => {
    const minutes = ratio(BigInt(to - from), 60_000n);
    if (compare(minutes, shortestMinutes) < 0) return [];
    if (unitMinutes === null) return [{ from, to, countedMs: to - from }];
    const exact = divide(minutes, unitMinutes);
    const units = count === 'started' ? ceil(exact) : floor(exact);
    // A unit may be finer than a millisecond can say; what is over is rounded down.
    const countedMs = Number(floor(multiply(multiply(unitMinutes, ratio(units)), ratio(60_000n))));
    return [{ from, to, countedMs }];
  });
}

export const countedMs = (outages: readonly CountedOutage[]): number =>
  outages.reduce((sum, outage) => sum + outage.countedMs, 0);
