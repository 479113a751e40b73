import { judgeAvailability, type Availability } from '../availability/availability.js';
import { applyCaps, sum, type CapState, type Payable } from '../credit/caps.js';
import type { CauseCredit } from '../credit/cause.js';
import { combined, judgeCauses } from '../credit/judge.js';
import { applyMinimum } from '../credit/minimum.js';
import { rentOfPeriod } from '../credit/rent.js';
import { figuresFromRounds, type CountedRound, type FiguresOf } from '../measurement/figures.js';
import { add, compare, zero, type Rational } from '../number/rational.js';
import type { ServiceClass } from '../plan/plan.js';
import { dueSlots, judgePath, type PathMonth } from '../quality/path-month.js';
import { servicePeriod, type ServicePeriod } from '../time/month.js';
import type { PathId } from '../types.js';
import type { LineInterval, MonthCase, ServiceTerms } from './case.js';

/** One service's month with everything that led to its amount. */
export interface ServiceMonth {
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
  /** After the caps, before the minimum. */
  readonly afterCaps: bigint;
  readonly amount: bigint;
}

export interface SiteMonth {
  readonly site: string;
  readonly currency: string;
  readonly rent: bigint;
  /** Null: the plan caps nothing by site and month. */
  readonly cap: bigint | null;
  readonly credit: bigint;
}

export interface MonthJudgement {
  readonly case: MonthCase;
  readonly services: readonly ServiceMonth[];
  readonly sites: readonly SiteMonth[];
  readonly caps: readonly CapState[];
  readonly paths: readonly PathMonth[];
  readonly roundsOf: (path: PathId) => readonly CountedRound[];
}

/**
 * The whole contract over one month: a function of the case and nothing else. `figures` take the place of the case's
 * rounds where something else summed them up.
 */
export function judgeMonth(monthCase: MonthCase, figures?: FiguresOf): MonthJudgement {
  const roundsOf = byKey(monthCase.rounds, (round) => round.path);
  const figuresOf = figures ?? figuresFromRounds(roundsOf);
  const paths = judgePaths(monthCase, figuresOf);
  const uncapped = judgeServices(monthCase, paths, figuresOf);
  const { payables, caps } = applyCaps(
    uncapped.map(({ terms, rent, uncapped: amount }) => ({ service: terms, rent, amount })),
    monthCase.plan.credit,
    monthCase.month.name,
    monthCase.history,
  );
  const paid = applyMinimum(payables, monthCase.plan.credit.minimumPayable);
  const services = uncapped.map((service, index) => ({
    ...service,
    afterCaps: payables[index]?.amount ?? 0n,
    amount: paid[index]?.amount ?? 0n,
  }));
  return { case: monthCase, services, sites: sitesOf(paid, caps), caps, paths, roundsOf };
}

function byKey<K, V>(values: readonly V[], keyOf: (value: V) => K): (key: K) => readonly V[] {
  const groups = new Map<K, V[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return (key) => groups.get(key) ?? [];
}

/** Every path that the services name, then the commitments, then the rounds. */
function judgePaths(monthCase: MonthCase, figuresOf: FiguresOf): readonly PathMonth[] {
  const { month, plan, exclusions, commitments } = monthCase;
  const slots = dueSlots(month, plan);
  const committed = new Map(commitments.map(({ path, latencyUs }) => [path, latencyUs]));
  const named = new Set<PathId>();
  for (const service of monthCase.services) service.paths.forEach((path) => named.add(path));
  for (const { path } of commitments) named.add(path);
  for (const { path } of monthCase.rounds) named.add(path);
  return [...named].map((path) =>
    judgePath({
      path,
      month,
      plan,
      slots,
      figuresOf,
      exclusions,
      commitmentUs: committed.get(path) ?? null,
    }),
  );
}

function judgeServices(
  monthCase: MonthCase,
  paths: readonly PathMonth[],
  figuresOf: FiguresOf,
): Omit<ServiceMonth, 'afterCaps' | 'amount'>[] {
  const { plan, month } = monthCase;
  const pops = new Map(monthCase.lines.map(({ id, pop }) => [id, pop]));
  const outagesOf = byKey(monthCase.outages, (outage: LineInterval) => outage.line);
  const unobservedOf = byKey(monthCase.unobserved, (interval: LineInterval) => interval.line);
  const pathsById = new Map(paths.map((path) => [path.path, path]));
  return monthCase.services.map((terms) => {
    const period = servicePeriod(month, terms.start, terms.end);
    const serviceClass = plan.classes.get(terms.class);
    if (!period || !serviceClass) throw new RangeError(`service ${terms.id} was not checked`);
    const availability = judgeAvailability({
      plan,
      period,
      month,
      exclusions: monthCase.exclusions,
      lines: terms.lines.map((line) => ({
        line,
        pop: pops.get(line) ?? '',
        service: terms.id,
        customer: terms.customer,
        outages: outagesOf(line),
        unobserved: unobservedOf(line),
        maintenanceUsedMs: monthCase.maintenanceUsed.get(line) ?? 0,
      })),
    });
    const rent = rentOfPeriod(terms.monthlyRent.minor, period.days, month.days);
    const base = plan.credit.base === 'billed' ? rent : terms.monthlyRent.minor;
    const own = [...new Set(terms.paths)].flatMap((path) => pathsById.get(path) ?? []);
    const causes = judgeCauses({
      plan,
      month,
      period,
      serviceClass,
      availability,
      paths: own,
      figuresOf,
      base,
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

function sitesOf(payables: readonly Payable[], caps: readonly CapState[]): SiteMonth[] {
  const sites = new Map<string, Payable[]>();
  for (const payable of payables) {
    sites.set(payable.service.site, [...(sites.get(payable.service.site) ?? []), payable]);
  }
  return [...sites].map(([site, members]) => ({
    site,
    currency: members[0]?.service.monthlyRent.currency ?? '',
    rent: sum(members.map(({ rent }) => rent)),
    cap:
      caps.find(({ rule, group }) => rule.per === 'site' && rule.over === 'month' && group === site)?.cap ??
      null,
    credit: sum(members.map(({ amount }) => amount)),
  }));
}
