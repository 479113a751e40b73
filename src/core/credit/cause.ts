import type { Availability } from '../availability/availability.js';
import type { FiguresOf } from '../measurement/figures.js';
import { formatDown, formatHalfUp } from '../number/decimal.js';
import { add, compare, multiply, ratio, roundHalfUp, zero, type Rational } from '../number/rational.js';
import type { PlanVersion, ServiceClass } from '../plan/plan.js';
import type { Share } from '../plan/share.js';
import type { PathMonth } from '../quality/path-month.js';
import type { RuleSet } from '../statement/rule-set.js';
import type { LocalDate } from '../time/date.js';
import type { IntervalSet } from '../time/intervals.js';
import type { JoinedPeriod, Month } from '../time/month.js';
import type { PathId } from '../types.js';
import { sizeOfCredit } from './units.js';

/** Why a share of the rent is credited: one step, unit, day or outage that the plan pays for. */
export interface Reason {
  /** What it happened to: the service itself, a path, a day or an outage. */
  readonly subject: string;
  /** The figure that decided, exact, in `unit`. */
  readonly figure: Rational;
  readonly unit: 'percent' | 'excess-percent' | 'excess-points' | 'ms' | 'excess-ms' | 'minutes' | 'days';
  /** What the figure was held against; null: nothing but the count of it. */
  readonly bound: { readonly is: 'below' | 'over' | 'from'; readonly value: Rational } | null;
  /** How often `share` is paid. */
  readonly units: bigint;
  readonly share: Share;
  /** The most that the step gives, however many units; left out: no bound. */
  readonly atMost?: Share | null;
}

/** One cause that a plan pays for, judged. */
export interface CauseCredit {
  readonly cause: string;
  /** The plan field behind it. */
  readonly field: string;
  /** None: nothing to pay for this cause. */
  readonly reasons: readonly Reason[];
  /** Paths or days whose figure has too little coverage: whether they owe anything is not shown, and they pay nothing. */
  readonly notShown: readonly string[];
  /** Of the base, exact. */
  readonly share: Rational;
  /** What the share is one of, minor units. */
  readonly base: bigint;
  /** Minor units, rounded once from the base. */
  readonly amount: bigint;
  /** The cause would give more, and the plan bounds it. */
  readonly limitedTo: Share | null;
  /** There would be something to pay, were the month's availability not at or above this share of 1. */
  readonly notBelow: Rational | null;
}

/** What a service's causes are judged on. */
export interface CauseInput {
  readonly ruleSet: RuleSet;
  readonly plan: PlanVersion;
  readonly month: Month;
  readonly period: JoinedPeriod;
  readonly serviceClass: ServiceClass;
  readonly availability: Availability;
  readonly paths: readonly PathMonth[];
  readonly figuresOf: FiguresOf;
  /** When the service had the path. */
  readonly ownTime: (path: PathId) => IntervalSet;
  /** What the shares are shares of, minor units. */
  readonly base: bigint;
  /** Minor units. */
  readonly monthlyRent: bigint;
  readonly delivery: Delivery | null;
}

/** When a service was agreed to start and did, where it is the month of its start. */
export interface Delivery {
  readonly agreed: LocalDate;
  readonly actual: LocalDate;
  /** Minor units; null: not known. */
  readonly installationCharge: bigint | null;
}

interface CauseOptions {
  readonly atMost?: Share | null;
  readonly notBelow?: Rational | null;
}

/** What a rule gives reasons for, and what it could not judge. */
export interface Judged {
  readonly reasons: readonly Reason[];
  readonly notShown: readonly string[];
}

export function causeCredit(
  cause: string,
  field: string,
  { reasons, notShown }: Judged,
  base: bigint,
  { atMost = null, notBelow = null }: CauseOptions = {},
): CauseCredit {
  const sum = reasons.reduce(
    (total, { units, share, atMost: most = null }) =>
      add(total, sizeOfCredit({ units, share, atMost: most })),
    zero,
  );
  const limitedTo = atMost !== null && compare(sum, atMost.of) > 0 ? atMost : null;
  const share = limitedTo?.of ?? sum;
  const amount = roundHalfUp(multiply(ratio(base), share));
  return { cause, field, reasons, notShown, share, base, amount, limitedTo, notBelow };
}

/**
 * A reason's figure as it is printed everywhere, with four decimals: an availability (the one figure that is held below a
 * bound) rounded down like every availability, others half-up. The first rule set rounded all of them half-up.
 */
export function figureText({ figure, bound }: Pick<Reason, 'figure' | 'bound'>, ruleSet: RuleSet): string {
  return bound?.is === 'below' && ruleSet !== 1 ? formatDown(figure, 4) : formatHalfUp(figure, 4);
}
