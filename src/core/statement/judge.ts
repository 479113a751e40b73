import { applyCaps, sum, type CapState, type Payable } from '../credit/caps.js';
import { applyMinimum } from '../credit/minimum.js';
import { figuresFromRounds, type CountedRound, type FiguresOf } from '../measurement/figures.js';
import { dueSlots, judgePath, type PathMonth } from '../quality/path-month.js';
import { alwaysDue, notDueIn } from '../time/due.js';
import type { PathId } from '../types.js';
import { byKey } from './by-key.js';
import type { MonthCase } from './case.js';
import { judgeServices, type Foreseen, type UncappedService } from './judge-services.js';

/** One service's month with everything that led to its amount. */
export interface ServiceMonth extends UncappedService {
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
  readonly figuresOf: FiguresOf;
}

/**
 * The whole contract over one month: a function of the case and nothing else. `figures` take the place of the case's
 * rounds where something else summed them up, `judgedPaths` that of paths that were judged on the same figures before,
 * `foreseen` that of the availability that was seen.
 */
export function judgeMonth(
  monthCase: MonthCase,
  figures?: FiguresOf,
  judgedPaths?: readonly PathMonth[],
  foreseen?: Foreseen,
): MonthJudgement {
  const roundsOf = byKey(monthCase.rounds, (round) => round.path);
  const figuresOf = figures ?? figuresFromRounds(roundsOf);
  const paths = judgedPaths ?? judgePaths(monthCase, figuresOf);
  const uncapped = judgeServices(monthCase, paths, figuresOf, foreseen);
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
  return { case: monthCase, services, sites: sitesOf(paid, caps), caps, paths, roundsOf, figuresOf };
}

/** Every path that the services name, then the commitments, then the rounds. */
function judgePaths(monthCase: MonthCase, figuresOf: FiguresOf): readonly PathMonth[] {
  const { month, plan, exclusions, commitments, due } = monthCase;
  const slots = dueSlots(month, plan);
  const committed = new Map(commitments.map(({ path, latencyUs }) => [path, latencyUs]));
  const named = new Set<PathId>();
  for (const service of monthCase.services) service.paths.forEach((path) => named.add(path));
  for (const { path } of commitments) named.add(path);
  for (const { path } of monthCase.rounds) named.add(path);
  return [...named].map((path) =>
    judgePath({
      path,
      plan,
      slots,
      notDue: notDueIn(month, due?.get(path) ?? alwaysDue),
      figuresOf,
      exclusions,
      commitmentUs: committed.get(path) ?? null,
      dscp: monthCase.dscp?.get(path) ?? null,
    }),
  );
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
