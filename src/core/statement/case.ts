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

/** Everything that one plan's month is judged on, checked. */
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
  /** The code points that the probes of paths carry; a path that is not in it has none. */
  readonly dscp?: ReadonlyMap<PathId, number>;
  readonly rounds: readonly CountedRound[];
  /** Paths that the result lists first, in this order: a case file names them also in terms with no day in the month. */
  readonly pathOrder?: readonly PathId[];
  /** When each path's slots are due; one that is not in it is due all the time. */
  readonly due?: ReadonlyMap<PathId, DueSpan>;
  /** Earlier months, for a cap over a rolling year. */
  readonly history: readonly PastCredit[];
  /** Planned maintenance of the calendar year before this month, for a yearly allowance. */
  readonly maintenanceUsed: ReadonlyMap<string, number>;
}

export interface Line {
  readonly id: string;
  readonly pop: string;
}

/** What a service is from `start` to before `end`. */
export interface ServiceTerms {
  readonly id: string;
  readonly site: string;
  readonly customer: string | null;
  readonly class: string;
  readonly lines: readonly string[];
  readonly start: LocalDate;
  /** The first day without it; null: no end is known. */
  readonly end: LocalDate | null;
  readonly monthlyRent: Money;
  readonly paths: readonly PathId[];
  /** Its own tax rate, a share of 1; null: the plan's. */
  readonly taxRate: Rational | null;
  /** When the service was agreed to start, where that was agreed. */
  readonly agreedStart?: LocalDate | null;
  /** Charged for its installation, in the currency of the rent; left out: not known. */
  readonly installationCharge?: Money | null;
}

/** A term that has a day in the month. */
export interface TermInForce extends ServiceTerms {
  /** Its part of the month. */
  readonly period: ServicePeriod;
}

/**
 * One service in one month: judged once, by the class of its first day. Its class, customer and tax rate are those of
 * the first term, its lines and paths those of all of them, its monthly rent what the terms come to over a whole month.
 */
export interface ServiceInMonth extends ServiceTerms {
  /** In the order of their days. Days between two of them are a pause and belong to nothing. */
  readonly inForce: readonly TermInForce[];
  readonly period: JoinedPeriod;
  /** Whenever it was in service, this month or before, as far as it is known. */
  readonly served: readonly { readonly start: LocalDate; readonly end: LocalDate | null }[];
  /** Another class or plan that was agreed within the month; it judges from the next month on. Null: there is none. */
  readonly next: NextTerms | null;
}

interface NextTerms {
  /** The first day of the term that has them. */
  readonly agreedFrom: LocalDate;
  /** The first day of the month that they judge. */
  readonly judgesFrom: LocalDate;
  readonly class: string;
  /** Null: the same plan. */
  readonly plan: string | null;
}

export interface LineInterval extends Interval {
  readonly line: string;
  /** Infinity for an outage that is still open. */
  readonly to: EpochMs;
  /** When the customer reported an outage; left out: never. */
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
  /** When the month before ended, where it was judged in another time zone: the service's time goes on from there. */
  readonly joinsAt?: EpochMs | null;
  /** The plan of a term, where the terms may have several. */
  readonly planOf?: (term: ServiceTerms) => string;
}

/** The service that the terms of one id make in the month; null: none of them has a day in it. In any order. */
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
      // A service goes on where the last month ended, also when that was in another time zone.
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

/** What was agreed about its delivery, by whichever term says it. */
function deliveryTerms(
  terms: readonly ServiceTerms[],
): Pick<ServiceTerms, 'agreedStart' | 'installationCharge'> {
  const said = terms.find(({ agreedStart }) => (agreedStart ?? null) !== null);
  if (!said) return {};
  return { agreedStart: said.agreedStart ?? null, installationCharge: said.installationCharge ?? null };
}

/** What the terms come to when their days are taken for the whole month: one term's monthly rent is its own. */
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
  // The first of the terms at the end that all say the same.
  const agreed = inForce[inForce.findLastIndex((term) => !same(term, last)) + 1] ?? last;
  return {
    agreedFrom: agreed.start,
    judgesFrom: month.endDay,
    class: last.class,
    plan: plan(first) === plan(last) ? null : plan(last),
  };
}

/** Every service of a list of terms, in the order of first appearance. */
export function servicesInMonth(
  terms: readonly ServiceTerms[],
  month: Month,
  options?: ServiceOptions,
): ServiceInMonth[] {
  const byId = new Map<string, ServiceTerms[]>();
  for (const term of terms) byId.set(term.id, [...(byId.get(term.id) ?? []), term]);
  return [...byId.values()].flatMap((own) => serviceInMonth(own, month, options) ?? []);
}

/** Each term by itself, as the first rule set judged them. */
export function termsInMonth(terms: readonly ServiceTerms[], month: Month): ServiceInMonth[] {
  return terms.flatMap((term) => serviceInMonth([term], month) ?? []);
}
