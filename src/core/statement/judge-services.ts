import { judgeAvailability, type Availability } from '../availability/availability.js';
import { outagesBegun } from '../availability/counted.js';
import { sum } from '../credit/caps.js';
import type { CauseCredit, Delivery } from '../credit/cause.js';
import { combined, judgeCauses } from '../credit/judge.js';
import { rentOfPeriod } from '../credit/rent.js';
import type { FiguresOf } from '../measurement/figures.js';
import { add, compare, zero, type Rational } from '../number/rational.js';
import type { ServiceClass } from '../plan/plan.js';
import { degradedTime } from '../quality/failed-windows.js';
import type { PathMonth } from '../quality/path-month.js';
import { union } from '../time/intervals.js';
import { servicePeriod, type Month, type ServicePeriod } from '../time/month.js';
import { byKey } from './by-key.js';
import type { LineInterval, MonthCase, ServiceTerms } from './case.js';

/** One service's month with everything that led to its amount. */
export interface UncappedService {
  readonly terms: ServiceTerms;
  readonly serviceClass: ServiceClass;
  readonly period: ServicePeriod;
  readonly availability: Availability;
  readonly met: boolean;
  readonly rent: bigint;
  /** What the shares are taken of. */
  readonly base: bigint;
  readonly causes: readonly CauseCredit[];
  /** Those of `causes` that are paid together. */
  readonly paid: readonly CauseCredit[];
  readonly share: Rational;
  readonly uncapped: bigint;
}

/** What a service's availability is taken for in place of what was seen: a projection. */
export type Foreseen = (seen: Availability, period: ServicePeriod) => Availability;

/** Every service by itself: the caps, which bind services together, come after. */
export function judgeServices(
  monthCase: MonthCase,
  paths: readonly PathMonth[],
  figuresOf: FiguresOf,
  foreseen: Foreseen = (availability) => availability,
): UncappedService[] {
  const { plan, month } = monthCase;
  const pops = new Map(monthCase.lines.map(({ id, pop }) => [id, pop]));
  const outagesOf = byKey(monthCase.outages, (outage: LineInterval) => outage.line);
  const unobservedOf = byKey(monthCase.unobserved, (interval: LineInterval) => interval.line);
  const pathsById = new Map(paths.map((path) => [path.path, path]));
  return monthCase.services.map((terms) => {
    const period = servicePeriod(month, terms.start, terms.end);
    const serviceClass = plan.classes.get(terms.class);
    if (!period || !serviceClass) throw new RangeError(`service ${terms.id} was not checked`);
    const own = [...new Set(terms.paths)].flatMap((path) => pathsById.get(path) ?? []);
    const degraded = degradedTime(own, { plan, month, period, figuresOf });
    const seen = judgeAvailability({
      plan,
      period,
      month,
      exclusions: monthCase.exclusions,
      lines: terms.lines.map((line) => ({
        line,
        pop: pops.get(line) ?? '',
        service: terms.id,
        customer: terms.customer,
        outages: union(outagesBegun(outagesOf(line), plan.availability.outages), degraded),
        unobserved: unobservedOf(line),
        maintenanceUsedMs: monthCase.maintenanceUsed.get(line) ?? 0,
      })),
    });
    const availability = foreseen(seen, period);
    const rent = rentOfPeriod(terms.monthlyRent.minor, period.days, month.days);
    const base = plan.credit.base === 'billed' ? rent : terms.monthlyRent.minor;
    const causes = judgeCauses({
      plan,
      month,
      period,
      serviceClass,
      availability,
      paths: own,
      figuresOf,
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
      met: compare(availability.availability, serviceClass.commitment) >= 0,
      rent,
      base,
      causes,
      paid,
      share: paid.reduce((total, cause) => add(total, cause.share), zero),
      uncapped: sum(paid.map((cause) => cause.amount)),
    };
  });
}

/** Late delivery is judged in the month of the actual start; null: this isn't it, or nothing was agreed. */
function deliveryOf(
  { start, agreedStart = null, installationCharge = null }: ServiceTerms,
  month: Month,
): Delivery | null {
  if (agreedStart === null || start < month.firstDay || start >= month.endDay) return null;
  return { agreed: agreedStart, actual: start, installationCharge: installationCharge?.minor ?? null };
}
