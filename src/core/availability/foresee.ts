import { compare, floor, ratio } from '../number/rational.js';
import { clip, totalMs as lengthOf } from '../time/intervals.js';
import type { JoinedPeriod } from '../time/month.js';
import type { EpochMs } from '../types.js';
import type { Availability } from './availability.js';

/**
 * The month's availability when outages go on at the rate of what has passed of the period: unavailable time times
 * whole over passed, rounded down, and never more than what is down now and all that is still to come. The intervals
 * stay those that were seen.
 */
export function foresee(
  availability: Availability,
  period: Pick<JoinedPeriod, 'spans'>,
  now: EpochMs,
): Availability {
  const { totalMs, unavailableMs } = availability;
  const passedMs = passedOf(availability, period, now);
  if (passedMs === 0 || totalMs === 0) return availability;
  const atThisRate = Number(floor(ratio(BigInt(unavailableMs) * BigInt(totalMs), BigInt(passedMs))));
  const foreseen = Math.min(atThisRate, unavailableMs + totalMs - passedMs);
  const share = ratio(BigInt(totalMs - foreseen), BigInt(totalMs));
  const { lowerBound } = availability;
  return {
    ...availability,
    unavailableMs: foreseen,
    availability: share,
    lowerBound: compare(lowerBound, share) < 0 ? lowerBound : share,
  };
}

/** How much of the period has passed, milliseconds; never less than what of it was unavailable. */
export function passedOf(
  { totalMs, unavailableMs }: Pick<Availability, 'totalMs' | 'unavailableMs'>,
  { spans }: Pick<JoinedPeriod, 'spans'>,
  now: EpochMs,
): number {
  const passed = Math.min(totalMs, lengthOf(clip(spans, { from: -Infinity, to: now })));
  return Math.max(passed, Math.min(unavailableMs, totalMs));
}
