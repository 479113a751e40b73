import { type Availability, judgeAvailability } from '../availability/availability.js';
import { outagesBegun } from '../availability/counted.js';
import { sum } from '../credit/caps.js';
import {
  type CauseCredit,
  type Delivery,
  type RentedDays,
  rentOfTerms,
  rentsOfTerms,
} from '../credit/cause.js';
import { combined, judgeCauses } from '../credit/judge.js';
import type { FiguresOf } from '../measurement/figures.js';
import { add, compare, type Rational, zero } from '../number.js';
import type { ServiceClass } from '../plan.js';
import type { PathMonth } from '../quality.js';
import { degradedTime } from '../quality/failed-windows.js';
import { type IntervalSet, merge, union } from '../time/intervals.js';
import type { JoinedPeriod, Month } from '../time/calendar.js';
import type { PathId } from '../types.js';
import type { LineInterval, MonthCase, ServiceInMonth } from './case.js';

/** Groups values by key, in their order; a key without values gives an empty list. */
export function byKey<K, V>(values: readonly V[], keyOf: (value: V) => K): (key: K) => readonly V[] {
  const groups = new Map<K, V[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return (key) => groups.get(key) ?? [];
}

/** One service's month before caps, with everything that led to its amount. */
export interface UncappedService {
  readonly terms: ServiceInMonth;
  readonly serviceClass: ServiceClass;
  readonly period: JoinedPeriod;
  readonly availability: Availability;
  /** Whether the commitment was met; null when too much unobserved time leaves it undecided. */
  readonly met: boolean | null;
  readonly rent: bigint;
  /** The rent of each of its terms, in their order; they sum up to `rent`. */
  readonly rents: readonly bigint[];
  /** The amount that shares are taken of, minor units. */
  readonly base: bigint;
  readonly causes: readonly CauseCredit[];
  /** The entries of `causes` that are paid. */
  readonly paid: readonly CauseCredit[];
  readonly share: Rational;
  readonly uncapped: bigint;
}

/** A service that can't be judged, and the reason. The others are judged all the same. */
export interface UnjudgedService {
  readonly terms: ServiceInMonth;
  readonly reason: string;
}

/** Replaces a service's observed availability, for projections. */
export type Foreseen = (seen: Availability, period: JoinedPeriod) => Availability;

/** The rents of all services at a site, minor units. */
export interface SiteRents {
  readonly billed: bigint;
  readonly fullMonth: bigint;
}

interface JudgeServicesOptions {
  readonly paths: readonly PathMonth[];
  readonly figuresOf: FiguresOf;
  /** The rents at the service's site in its currency, whatever plans judge the services there. */
  readonly siteRents: (service: ServiceInMonth) => SiteRents;
  readonly foreseen?: Foreseen;
}

const rented = (service: ServiceInMonth): RentedDays[] =>
  service.inForce.map(({ monthlyRent, period }) => ({ monthlyRent: monthlyRent.minor, days: period.days }));

/** The rent billed for the service's days in the month, minor units. */
export const rentOf = (service: ServiceInMonth, daysInMonth: number): bigint =>
  rentOfTerms(rented(service), daysInMonth);

/** Judges each service alone; caps, which apply to several services together, are applied afterwards. */
export function judgeServices(
  monthCase: MonthCase,
  options: JudgeServicesOptions,
): { readonly services: readonly UncappedService[]; readonly unjudged: readonly UnjudgedService[] } {
  const judgeOne = serviceJudge(monthCase, options);
  const services: UncappedService[] = [];
  const unjudged: UnjudgedService[] = [];
  for (const terms of monthCase.services) {
    try {
      services.push(judgeOne(terms));
    } catch (error) {
      // Exact arithmetic throws where a rule divides by zero; whatever the error, it affects this service only.
      unjudged.push({ terms, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { services, unjudged };
}

function serviceJudge(
  monthCase: MonthCase,
  { paths, figuresOf, siteRents, foreseen = (availability) => availability }: JudgeServicesOptions,
): (terms: ServiceInMonth) => UncappedService {
  const { plan, month, ruleSet, exclusions } = monthCase;
  const pops = new Map(monthCase.lines.map(({ id, pop }) => [id, pop]));
  const outagesOf = byKey(monthCase.outages, (outage: LineInterval) => outage.line);
  const unobservedOf = byKey(monthCase.unobserved, (interval: LineInterval) => interval.line);
  const pathsById = new Map(paths.map((path) => [path.path, path]));
  return (terms) => {
    const { period } = terms;
    const serviceClass = plan.classes.get(terms.class);
    if (!serviceClass) throw new RangeError(`plan ${monthCase.planId} has no class ${terms.class}`);
    const paths = terms.paths.flatMap((path) => pathsById.get(path) ?? []);
    const ownTime = (path: PathId): IntervalSet => timeWith(terms, path);
    const degraded = degradedTime(paths, { plan, month, period, figuresOf, ownTime });
    const seen = judgeAvailability({
      plan,
      month,
      exclusions,
      terms: terms.inForce.map((term) => ({
        period: term.period,
        lines: term.lines.map((line) => ({
          line,
          pop: pops.get(line) ?? '',
          service: terms.id,
          customer: terms.customer,
          outages: union(outagesBegun(outagesOf(line), plan.availability.outages), degraded),
          unobserved: unobservedOf(line),
          maintenanceUsedMs: monthCase.maintenanceUsed.get(line) ?? 0,
        })),
      })),
    });
    const availability = foreseen(seen, period);
    const rent = rentOf(terms, month.days);
    const base = baseOf(monthCase, terms, rent, siteRents(terms));
    const causes = judgeCauses({
      ruleSet,
      plan,
      month,
      period,
      serviceClass,
      availability,
      paths,
      figuresOf,
      ownTime,
      base,
      monthlyRent: terms.monthlyRent.minor,
      delivery: deliveryOf(terms, month),
    });
    const paid = combined(causes, plan.credit.combine);
    return {
      terms,
      serviceClass,
      period,
      availability,
      met: isMet(availability, serviceClass.commitment),
      rent,
      rents: rentsOfTerms(rented(terms), month.days),
      base,
      causes,
      paid,
      share: paid.reduce((total, cause) => add(total, cause.share), zero),
      uncapped: sum(paid.map((cause) => cause.amount)),
    };
  };
}

/** When the path was part of the service. */
function timeWith({ inForce }: ServiceInMonth, path: PathId): IntervalSet {
  return merge(inForce.filter(({ paths }) => paths.includes(path)).map(({ period }) => period));
}

function baseOf(
  { plan, ruleSet }: MonthCase,
  { monthlyRent }: ServiceInMonth,
  rent: bigint,
  site: SiteRents,
): bigint {
  const { base, of } = plan.credit;
  if (of === 'site' && ruleSet !== 1) return base === 'billed' ? site.billed : site.fullMonth;
  return base === 'billed' ? rent : monthlyRent.minor;
}

/**
 * True when it is met even with all unobserved time down, false when it is missed even with all of it up, else null.
 */
function isMet({ availability, lowerBound }: Availability, commitment: Rational): boolean | null {
  if (compare(lowerBound, commitment) >= 0) return true;
  return compare(availability, commitment) < 0 ? false : null;
}

/** Late delivery is judged in the month of the actual start; null in other months, or when no start was agreed. */
function deliveryOf(
  { served, agreedStart = null, installationCharge = null }: ServiceInMonth,
  month: Month,
): Delivery | null {
  const [start] = served.map((each) => each.start).sort();
  if (agreedStart === null || start === undefined || start < month.firstDay || start >= month.endDay)
    return null;
  return { agreed: agreedStart, actual: start, installationCharge: installationCharge?.minor ?? null };
}
