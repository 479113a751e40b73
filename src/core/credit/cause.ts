import type { Availability } from '../availability/availability.js';
import type { FiguresOf } from '../measurement/figures.js';
import {
  add,
  compare,
  formatDown,
  formatHalfUp,
  multiply,
  ratio,
  type Rational,
  roundHalfUp,
  zero,
} from '../number.js';
import type { PlanVersion, ServiceClass } from '../plan.js';
import type { Share } from '../share.js';
import type { PathMonth } from '../quality.js';
import type { RuleSet } from '../statement/rule-set.js';
import type { JoinedPeriod, LocalDate, Month } from '../time/calendar.js';
import type { IntervalSet } from '../time/intervals.js';
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

/** What is paid for so many days of a month, at a rent for the whole of it. */
export interface RentedDays {
  /** Minor units. */
  readonly monthlyRent: bigint;
  readonly days: number;
}

/** The rent of part of a month by calendar day: the exact sum over the terms, half-up to the minor unit once. */
export function rentOfTerms(terms: readonly RentedDays[], daysInMonth: number): bigint {
  return roundHalfUp(ratio(dayRents(terms), BigInt(daysInMonth)));
}

const dayRents = (terms: readonly RentedDays[]): bigint =>
  terms.reduce((all, { monthlyRent, days }) => all + monthlyRent * BigInt(days), 0n);

/**
 * What each term has of that rent, for showing: whole parts first, then one unit each to the largest remainders (ties:
 * the earlier term). They sum up to the rent.
 */
export function rentsOfTerms(terms: readonly RentedDays[], daysInMonth: number): bigint[] {
  const days = BigInt(daysInMonth);
  const exact = terms.map(({ monthlyRent, days: own }) => monthlyRent * BigInt(own));
  const parts = exact.map((each) => each / days);
  let left = rentOfTerms(terms, daysInMonth) - parts.reduce((all, part) => all + part, 0n);
  const byRemainder = exact
    .map((each, index) => ({ index, remainder: each % days }))
    .sort((a, b) => (a.remainder > b.remainder ? -1 : a.remainder < b.remainder ? 1 : a.index - b.index));
  for (const { index } of byRemainder) {
    if (left === 0n) break;
    parts[index] = (parts[index] ?? 0n) + 1n;
    left -= 1n;
  }
  return parts;
}
