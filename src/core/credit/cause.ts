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
  /** What the reason is about: the service itself, a path, a day or an outage. */
  readonly subject: string;
  /** The deciding figure, exact, in `unit`. */
  readonly figure: Rational;
  readonly unit: 'percent' | 'excess-percent' | 'excess-points' | 'ms' | 'excess-ms' | 'minutes' | 'days';
  /** The bound that the figure was compared with; null: only the number of occurrences counts. */
  readonly bound: { readonly is: 'below' | 'over' | 'from'; readonly value: Rational } | null;
  /** How many times `share` is paid. */
  readonly units: bigint;
  readonly share: Share;
  /** The most that the step gives for any number of units; absent: no limit. */
  readonly atMost?: Share | null;
}

/** The result of one cause that a plan pays for. */
export interface CauseCredit {
  readonly cause: string;
  /** The plan field that defines the cause. */
  readonly field: string;
  /** Empty when nothing is paid for this cause. */
  readonly reasons: readonly Reason[];
  /** Paths or days whose figure has too little coverage: it is not shown whether they fail, and they pay nothing. */
  readonly notShown: readonly string[];
  /** The credited share of the base, exact. */
  readonly share: Rational;
  /** The amount that the share is taken of, minor units. */
  readonly base: bigint;
  /** Minor units, rounded once, from the base. */
  readonly amount: bigint;
  /** The plan's limit, where the cause would give more without it. */
  readonly limitedTo: Share | null;
  /** Set when the cause would pay if the month's availability, a share of 1, were below this value, and it is not. */
  readonly notBelow: Rational | null;
}

/** The input on which a service's causes are judged. */
export interface CauseInput {
  readonly ruleSet: RuleSet;
  readonly plan: PlanVersion;
  readonly month: Month;
  readonly period: JoinedPeriod;
  readonly serviceClass: ServiceClass;
  readonly availability: Availability;
  readonly paths: readonly PathMonth[];
  readonly figuresOf: FiguresOf;
  /** When the path was part of the service. */
  readonly ownTime: (path: PathId) => IntervalSet;
  /** The amount that shares are taken of, minor units. */
  readonly base: bigint;
  /** The rent of a whole month, minor units. */
  readonly monthlyRent: bigint;
  readonly delivery: Delivery | null;
}

/** The agreed and the actual start of a service, in the month of its actual start. */
export interface Delivery {
  readonly agreed: LocalDate;
  readonly actual: LocalDate;
  /** Minor units; null: unknown. */
  readonly installationCharge: bigint | null;
}

interface CauseOptions {
  readonly atMost?: Share | null;
  readonly notBelow?: Rational | null;
}

/** The reasons under one rule, and the paths or days that it could not judge. */
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
 * A reason's figure as printed everywhere, with four decimals. An availability (the only figure compared with a lower
 * bound) is rounded down like every availability, others half-up. The first rule set rounded all of them half-up.
 */
export function figureText({ figure, bound }: Pick<Reason, 'figure' | 'bound'>, ruleSet: RuleSet): string {
  return bound?.is === 'below' && ruleSet !== 1 ? formatDown(figure, 4) : formatHalfUp(figure, 4);
}

/** A number of days of a month, and the rent of the whole month that they are billed at. */
export interface RentedDays {
  /** Minor units. */
  readonly monthlyRent: bigint;
  readonly days: number;
}

/** The rent of part of a month by calendar day, minor units: the exact sum over the terms, rounded half-up once. */
export function rentOfTerms(terms: readonly RentedDays[], daysInMonth: number): bigint {
  return roundHalfUp(ratio(dayRents(terms), BigInt(daysInMonth)));
}

const dayRents = (terms: readonly RentedDays[]): bigint =>
  terms.reduce((all, { monthlyRent, days }) => all + monthlyRent * BigInt(days), 0n);

/**
 * Each term's part of that rent, for display, minor units: each is rounded down first, then the remaining units go one
 * each to the largest remainders (ties: the earlier term), so that the parts sum up to the rent.
 */
export function rentsOfTerms(terms: readonly RentedDays[], daysInMonth: number): bigint[] {
  const days = BigInt(daysInMonth);
  const exact = terms.map(({ monthlyRent, days: termDays }) => monthlyRent * BigInt(termDays));
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
