import type { Availability } from '../availability/availability.js';
import { compare, floor, multiply, ratio, subtract, type Rational } from '../number.js';
import type { AvailabilityStep } from '../plan.js';

type Downtime = Pick<Availability, 'totalMs' | 'unavailableMs'>;

/**
 * The largest number of milliseconds of further outage that still leaves the availability over `totalMs` at or above
 * `bound`, a share of 1; one more makes it fall below. 0 when the availability is exactly at the bound or already below
 * it.
 */
export function msUntilBelow({ totalMs, unavailableMs }: Downtime, bound: Rational): number {
  const allowed = floor(multiply(ratio(BigInt(totalMs)), subtract(ratio(1n), bound)));
  return Math.max(0, Number(allowed) - unavailableMs);
}

export interface NextStep {
  readonly step: AvailabilityStep;
  /** Milliseconds of outage left before the step applies. */
  readonly leftMs: number;
}

/** The next deeper credit step; null where the deepest one applies already, or the class has none. */
export function nextStep(
  steps: readonly AvailabilityStep[],
  availability: Pick<Availability, 'totalMs' | 'unavailableMs' | 'availability'>,
): NextStep | null {
  const reached = steps.findLastIndex(({ below }) => compare(availability.availability, below) < 0);
  const step = steps[reached + 1];
  return step === undefined ? null : { step, leftMs: msUntilBelow(availability, step.below) };
}
