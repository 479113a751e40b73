import type { Availability } from '../availability/availability.js';
import type { FiguresOf } from '../measurement/figures.js';
import { formatDown, formatHalfUp } from '../number/decimal.js';
import { add, multiply, ratio, roundHalfUp, zero, type Rational } from '../number/rational.js';
import type { PlanVersion, ServiceClass } from '../plan/plan.js';
import type { Share } from '../plan/share.js';
import type { PathMonth } from '../quality/path-month.js';
import type { Month, ServicePeriod } from '../time/month.js';

/** Why a share of the rent is credited: one step, unit, day or outage that the plan pays for. */
export interface Reason {
  /** What it happened to: the service itself, a path, a day or an outage. */
  readonly subject: string;
  /** The figure that decided, exact, in `unit`. */
  readonly figure: Rational;
  readonly unit: 'percent' | 'excess-percent' | 'ms' | 'minutes';
  /** What the figure was held against; null: nothing but the count of it. */
  readonly bound: { readonly is: 'below' | 'over' | 'from'; readonly value: Rational } | null;
  /** How often `share` is paid. */
  readonly units: bigint;
  readonly share: Share;
}

/** One cause that a plan pays for, judged. */
export interface CauseCredit {
  readonly cause: string;
  /** The plan field behind it. */
  readonly field: string;
  /** None: nothing to pay for this cause. */
  readonly reasons: readonly Reason[];
  /** Of the base, exact. */
  readonly share: Rational;
  /** Minor units, rounded once from the base. */
  readonly amount: bigint;
}

/** What a service's causes are judged on. */
export interface CauseInput {
  readonly plan: PlanVersion;
  readonly month: Month;
  readonly period: ServicePeriod;
  readonly serviceClass: ServiceClass;
  readonly availability: Availability;
  readonly paths: readonly PathMonth[];
  readonly figuresOf: FiguresOf;
  /** What the shares are shares of, minor units. */
  readonly base: bigint;
}

export function causeCredit(
  cause: string,
  field: string,
  reasons: readonly Reason[],
  base: bigint,
): CauseCredit {
  const share = reasons.reduce(
    (sum, reason) => add(sum, multiply(reason.share.of, ratio(reason.units))),
    zero,
  );
  return { cause, field, reasons, share, amount: roundHalfUp(multiply(ratio(base), share)) };
}

/**
 * A reason's figure as it is printed everywhere, with four decimals: an availability (the one figure that is held below a
 * bound) rounded down like every availability, others half-up.
 */
export function figureText({ figure, bound }: Pick<Reason, 'figure' | 'bound'>): string {
  return bound?.is === 'below' ? formatDown(figure, 4) : formatHalfUp(figure, 4);
}
