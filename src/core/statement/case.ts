import type { Exclusion } from '../exclusion.js';
import type { CountedRound } from '../measurement/figures.js';
import type { Money } from '../money.js';
import { ratio, roundHalfUp, type Rational } from '../number.js';
import type { PlanVersion } from '../plan.js';
import {
  joinedPeriod,
  type JoinedPeriod,
  type LocalDate,
  type Month,
  servicePeriod,
  type ServicePeriod,
} from '../time/calendar.js';
import type { DueSpan } from '../time/slot.js';
import type { Interval } from '../time/intervals.js';
import type { EpochMs, PathId } from '../types.js';
import type { RuleSet } from './rule-set.js';

/** The complete, validated input for judging one plan's month. */
export interface MonthCase {
  readonly ruleSet: RuleSet;
  readonly planId: string;
  readonly plan: PlanVersion;
  readonly month: Month;
  readonly lines: readonly Line[];
  readonly services: readonly ServiceInMonth[];
  readonly outages: readonly LineInterval[];
  readonly unobserved: readonly LineInterval[];
  readonly exclusions: readonly Exclusion[];
  readonly commitments: readonly Commitment[];
  /** DSCP values of the probes by path; a path that is not in the map has none. */
  readonly dscp?: ReadonlyMap<PathId, number>;
  readonly rounds: readonly CountedRound[];
  /**
   * Paths that come first in the result, in this order: a case file also names paths of terms with no day in the month.
   */
  readonly pathOrder?: readonly PathId[];
  /** When each path's slots are due; a path that is not in the map is due all month. */
  readonly due?: ReadonlyMap<PathId, DueSpan>;
  /** Credits of earlier months, for a cap over a rolling year. */
  readonly history: readonly PastCredit[];
  /** Planned maintenance earlier in the calendar year by line, milliseconds, for a yearly allowance. */
  readonly maintenanceUsed: ReadonlyMap<string, number>;
}

export interface Line {
  readonly id: string;
  readonly pop: string;
}

/** What a service is from `start` until `end`. */
export interface ServiceTerms {
  readonly id: string;
  readonly site: string;
  readonly customer: string | null;
  readonly class: string;
  readonly lines: readonly string[];
  readonly start: LocalDate;
  /** The first day after the terms; null: no end is known. */
  readonly end: LocalDate | null;
  readonly monthlyRent: Money;
  readonly paths: readonly PathId[];
  /** The service's own tax rate, a share of 1; null: the plan's. */
  readonly taxRate: Rational | null;
  /** The agreed start of the service, where one was agreed. */
  readonly agreedStart?: LocalDate | null;
  /** The installation charge, in the currency of the rent; absent: unknown. */
  readonly installationCharge?: Money | null;
}

/** Terms with at least one day in the month. */
export interface TermInForce extends ServiceTerms {
  /** Their part of the month. */
  readonly period: ServicePeriod;
}

/**
 * One service in one month, judged once, by the class of its first day. Class, customer and tax rate are those of the
 * first terms; lines and paths those of all of them; the monthly rent is that of all terms scaled to a whole month.
 */
export interface ServiceInMonth extends ServiceTerms {
  /** In time order. Days between two of them are a pause and belong to neither. */
  readonly inForce: readonly TermInForce[];
  readonly period: JoinedPeriod;
  /** All periods of service up to and including this month, as far as they are known. */
  readonly served: readonly { readonly start: LocalDate; readonly end: LocalDate | null }[];
  /** A class or plan change agreed within the month, which applies from the next month on; null when there is none. */
  readonly next: NextTerms | null;
}

interface NextTerms {
  /** The first day of the terms that contain the change. */
  readonly agreedFrom: LocalDate;
  /** The first day of the month that the change applies to. */
  readonly judgesFrom: LocalDate;
  readonly class: string;
  /** Null: the plan does not change. */
  readonly plan: string | null;
}

export interface LineInterval extends Interval {
  readonly line: string;
  /** Infinity for an outage that has not ended. */
  readonly to: EpochMs;
  /** When the customer reported the outage; absent or null: never. */
  readonly reportedAt?: EpochMs | null;
}

export interface Commitment {
  readonly path: PathId;
  readonly latencyUs: Rational;
}

/** What one service was billed and credited in an earlier month. */
export interface PastCredit {
  readonly month: string;
  readonly service: string;
  readonly site: string;
  readonly customer: string | null;
  readonly rent: Money;
  readonly credit: bigint;
}

interface ServiceOptions {
  /**
   * The end of the preceding month where it was judged in another time zone: the service's time continues from there.
   */
  readonly joinsAt?: EpochMs | null;
  /** The plan of terms, where different terms may have different plans. */
  readonly planOf?: (term: ServiceTerms) => string;
}

/** The service in the month, combined from all terms of one id in any order; null when none of them has a day in it. */
export function serviceInMonth(
  terms: readonly ServiceTerms[],
  month: Month,
  { joinsAt = null, planOf }: ServiceOptions = {},
): ServiceInMonth | null {
  const continues = terms.some(
    ({ start, end }) => start < month.firstDay && (end === null || end >= month.firstDay),
  );
  const inForce = terms
    .flatMap((term): TermInForce[] => {
      const period = servicePeriod(month, term.start, term.end);
      if (period === null) return [];
      // A service continues where its last month ended, even when that was judged in another time zone.
      const joins = joinsAt !== null && continues && period.firstDay === month.firstDay;
      return [{ ...term, period: joins ? { ...period, from: joinsAt } : period }];
    })
    .sort((a, b) => (a.start < b.start ? -1 : 1));
  const [first, last] = [inForce[0], inForce.at(-1)];
  if (!first || !last) return null;
  const period = joinedPeriod(inForce.map((term) => term.period));
  return {
    id: first.id,
    site: first.site,
    customer: first.customer,
    class: first.class,
    taxRate: first.taxRate,
    lines: [...new Set(inForce.flatMap(({ lines }) => lines))],
    paths: [...new Set(inForce.flatMap(({ paths }) => paths))],
    start: first.start,
    end: last.end,
    ...deliveryTerms(terms),
    monthlyRent: { minor: overWholeMonth(inForce), currency: first.monthlyRent.currency },
    inForce,
    period,
    served: terms.map(({ start, end }) => ({ start, end })),
    next: nextTerms(inForce, month, planOf),
  };
}

/** The delivery terms, taken from whichever terms contain them. */
function deliveryTerms(
  terms: readonly ServiceTerms[],
): Pick<ServiceTerms, 'agreedStart' | 'installationCharge'> {
  const withStart = terms.find(({ agreedStart }) => (agreedStart ?? null) !== null);
  if (!withStart) return {};
  return {
    agreedStart: withStart.agreedStart ?? null,
    installationCharge: withStart.installationCharge ?? null,
  };
}

/** The monthly rent of all terms in proportion to their days; that of single terms is their own. */
function overWholeMonth(inForce: readonly TermInForce[]): bigint {
  const days = inForce.reduce((all, { period }) => all + BigInt(period.days), 0n);
  const weighed = inForce.reduce(
    (all, { monthlyRent, period }) => all + monthlyRent.minor * BigInt(period.days),
    0n,
  );
  return roundHalfUp(ratio(weighed, days));
}

function nextTerms(
  inForce: readonly TermInForce[],
  month: Month,
  planOf: ServiceOptions['planOf'],
): NextTerms | null {
  const [first, last] = [inForce[0], inForce.at(-1)];
  if (!first || !last) return null;
  if (last.end !== null && last.end <= month.endDay) return null;
  const plan = (term: TermInForce): string | null => planOf?.(term) ?? null;
  const same = (term: TermInForce, as: TermInForce): boolean =>
    plan(term) === plan(as) && term.class === as.class;
  if (same(first, last)) return null;
  // The first of the consecutive terms at the end of the month that have the same class and plan.
  const agreed = inForce[inForce.findLastIndex((term) => !same(term, last)) + 1] ?? last;
  return {
    agreedFrom: agreed.start,
    judgesFrom: month.endDay,
    class: last.class,
    plan: plan(first) === plan(last) ? null : plan(last),
  };
}

/** Every service in a list of terms, in the order of first appearance. */
export function servicesInMonth(
  terms: readonly ServiceTerms[],
  month: Month,
  options?: ServiceOptions,
): ServiceInMonth[] {
  const byId = new Map<string, ServiceTerms[]>();
  for (const term of terms) byId.set(term.id, [...(byId.get(term.id) ?? []), term]);
  return [...byId.values()].flatMap((terms) => serviceInMonth(terms, month, options) ?? []);
}

/** Each terms as a service of its own, which is how the first rule set judged them. */
export function termsInMonth(terms: readonly ServiceTerms[], month: Month): ServiceInMonth[] {
  return terms.flatMap((term) => serviceInMonth([term], month) ?? []);
}
