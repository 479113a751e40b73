import type { Availability } from '../availability/availability.js';
import { compare, floor, multiply, ratio, subtract, type Rational } from '../number.js';
import type { AvailabilityStep } from '../plan.js';

type Downtime = Pick<Availability, 'totalMs' | 'unavailableMs'>;

/**
 * How many more milliseconds of outage fit until the availability over the whole of `totalMs` is below `bound`, a share
 * of 1: so many don't reach it, one more does. 0 when it is exactly at the bound, and when it is below.
 */
export function msUntilBelow({ totalMs, unavailableMs }: Downtime, bound: Rational): number {
  const allowed = floor(multiply(ratio(BigInt(totalMs)), subtract(ratio(1n), bound)));
  return Math.max(0, Number(allowed) - unavailableMs);
}

export interface NextStep {
  readonly step: AvailabilityStep;
  /** Milliseconds of outage that still fit before it. */
  readonly leftMs: number;
}

/** The next deeper credit step; null where the deepest is reached, or the class has none. */
export function nextStep(
  steps: readonly AvailabilityStep[],
  availability: Pick<Availability, 'totalMs' | 'unavailableMs' | 'availability'>,
): NextStep | null {
  const reached = steps.findLastIndex(({ below }) => compare(availability.availability, below) < 0);
  const step = steps[reached + 1];
  return step === undefined ? null : { step, leftMs: msUntilBelow(availability, step.below) };
}
