import { compare, floor, multiply, ratio, subtract, type Rational } from '../number.js';
import { clip, totalMs as lengthOf } from '../time/intervals.js';
import type { JoinedPeriod } from '../time/calendar.js';
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

/** A running month has two availabilities: that of its whole period, and this one, of the time so far. */
export interface ToDate {
  /** Shares of 1, exact. */
  readonly availability: Rational;
  /** With unobserved time that nothing excuses counted as down. */
  readonly lowerBound: Rational;
}

/** Of what has passed of the period; null before it begins. */
export function toDateOf(
  availability: Pick<Availability, 'totalMs' | 'unavailableMs' | 'lowerBound'>,
  period: Pick<JoinedPeriod, 'spans'>,
  now: EpochMs,
): ToDate | null {
  const passedMs = passedOf(availability, period, now);
  if (passedMs === 0) return null;
  const { totalMs, unavailableMs, lowerBound } = availability;
  const unprovenMs = Number(floor(multiply(ratio(BigInt(totalMs)), subtract(ratio(1n), lowerBound))));
  const share = (downMs: number): Rational =>
    ratio(BigInt(passedMs - Math.min(downMs, passedMs)), BigInt(passedMs));
  return { availability: share(unavailableMs), lowerBound: share(unprovenMs) };
}

/** How much of the time so far was observed (of a service: on every line), a share of 1; null before the period begins. */
export function observedOf(
  { unobservedMs }: Pick<Availability, 'unobservedMs'>,
  { spans }: Pick<JoinedPeriod, 'spans'>,
  now: EpochMs,
): Rational | null {
  const passedMs = lengthOf(clip(spans, { from: -Infinity, to: now }));
  if (passedMs === 0) return null;
  return ratio(BigInt(passedMs - Math.min(unobservedMs, passedMs)), BigInt(passedMs));
}
