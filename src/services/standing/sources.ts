import type { Config, PathConfig } from '../../config/config.js';
import { bookMonth } from '../../core/customer/book.js';
import type { Exclusion, ExclusionKind } from '../../core/exclusion.js';
import { emptySums, figuresOf, type MeanFigures } from '../../core/measurement/figures.js';
import type { Rational } from '../../core/number.js';
import { monthOf, type Plan, type PlanVersion, versionFor } from '../../core/plan.js';
import { leftOutOf } from '../../core/quality.js';
import { grade, type PathStanding, type WindowStanding } from '../../core/standing.js';
import { currentRuleSet } from '../../core/statement/rule-set.js';
import { formatInstant, type Month } from '../../core/time/calendar.js';
import { contains, type Interval, type IntervalSet } from '../../core/time/intervals.js';
import { dueSlots } from '../../core/time/slot.js';
import type { EpochMs, PathId } from '../../core/types.js';
import type { RoundStore } from '../../store/store.js';
import { commitmentsIn, meanSums } from '../months/load-case.js';

/** The terms that a path is judged by in the month of an instant. */
export interface PathTerms {
  readonly path: PathConfig;
  readonly planId: string;
  readonly plan: PlanVersion;
  readonly month: Month;
  /** Microseconds; null: no commitment. */
  readonly commitmentUs: Rational | null;
}

/**
 * The terms of a path, from the plan of the first service that names it, else from `defaultPlan`; null when the plan is
 * not in force yet.
 */
export function termsAt(
  config: Config,
  paths: readonly PathConfig[],
  defaultPlan: Plan | null,
  now: EpochMs,
): Map<PathId, PathTerms> {
  const planOf = new Map<PathId, Plan>();
  for (const plan of config.book.plans.values()) {
    const current = currentMonth(plan, now);
    if (current === null) continue;
    const { plans } = bookMonth(config.book, current.month.name, currentRuleSet);
    for (const { paths: pathIds } of plans.find((judged) => judged.plan.id === plan.id)?.services ?? [])
      for (const path of pathIds) if (!planOf.has(path)) planOf.set(path, plan);
  }
  const byPlan = new Map<Plan | null, PathConfig[]>();
  for (const path of paths) {
    const plan = planOf.get(path.id) ?? defaultPlan;
    const judged = byPlan.get(plan);
    if (judged) judged.push(path);
    else byPlan.set(plan, [path]);
  }
  const terms = new Map<PathId, PathTerms>();
  for (const [plan, judged] of byPlan) {
    const current = plan && currentMonth(plan, now);
    if (!current) continue;
    const { version, month } = current;
    const ids = judged.map(({ id }) => id);
    const promised = new Map(
      commitmentsIn(config, ids, month, version).map(({ path, latencyUs }) => [path, latencyUs]),
    );
    for (const path of judged)
      terms.set(path.id, {
        path,
        planId: plan.id,
        plan: version,
        month,
        commitmentUs: promised.get(path.id) ?? null,
      });
  }
  return terms;
}

/** The month that contains an instant, in the zone of the plan in force; null: no version is in force. */
export function currentMonth(
  plan: Plan,
  now: EpochMs,
): { readonly version: PlanVersion; readonly month: Month } | null {
  for (const { timeZone } of plan.versions.toReversed()) {
    const name = formatInstant(now, timeZone).slice(0, 7);
    const version = versionFor(plan, name);
    if (version?.timeZone === timeZone) return { version, month: monthOf(version, name) };
  }
  return null;
}

const dayMs = 86_400_000;

interface PathStandingQuery {
  readonly rounds: Pick<RoundStore, 'monthSums'>;
  readonly terms: PathTerms;
  /** Approved exclusions only. */
  readonly exclusions: readonly Exclusion[];
  readonly everyMs: number;
  /** Slots before this instant have a round or are missing. */
  readonly until: EpochMs;
  /** When the path was first configured; null: not known. */
  readonly configuredAt: EpochMs | null;
}

/** The state of a path over its newest slot, the last 24 hours and the month to date, summed up by the store. */
export async function pathStanding(query: PathStandingQuery): Promise<PathStanding> {
  const { terms, until, everyMs, configuredAt } = query;
  const month = await over({ from: terms.month.from, to: Math.min(until, terms.month.to) }, query);
  // A round that was due before anybody configured the path is missing for the month, and nobody's fault.
  const isYounger = configuredAt !== null && configuredAt > month.from;
  const dueSince = isYounger ? dueIn({ from: configuredAt, to: month.to }, query) : month.due;
  return {
    plan: terms.planId,
    commitmentUs: terms.commitmentUs,
    round: await over({ from: until - 1 - ((until - 1) % everyMs), to: until }, query),
    day: await over({ from: until - dayMs, to: until }, query),
    month,
    missing: Math.max(0, dueSince - month.held),
  };
}

async function over(window: Interval, query: PathStandingQuery): Promise<WindowStanding> {
  const { terms, exclusions } = query;
  const { path, plan, commitmentUs } = terms;
  const out = (kinds: readonly ExclusionKind[]) => leftOutOf(path.id, exclusions, kinds);
  const [latencyOut, lossOut] = [out(plan.latency.leavesOut), out(plan.loss.leavesOut)];
  const latency = await figures(window, latencyOut, query);
  const alike = JSON.stringify(latencyOut) === JSON.stringify(lossOut);
  const { loss } = alike ? latency : await figures(window, lossOut, query);
  return {
    ...window,
    latencyUs: latency.latencyUs,
    loss,
    held: latency.held,
    due: dueIn(window, query),
    ...grade({ latencyUs: latency.latencyUs, loss }, commitmentUs, plan),
  };
}

/** How many slots are due in a window; those that planned maintenance leaves out are not. */
function dueIn({ from, to }: Interval, { terms, exclusions, everyMs }: PathStandingQuery): number {
  if (from >= to) return 0;
  const leftOut = leftOutOf(terms.path.id, exclusions, terms.plan.latency.leavesOut);
  return dueSlots(from, to, everyMs, terms.path).filter((slot) => !contains(leftOut, slot)).length;
}

async function figures(
  { from, to }: Interval,
  leftOut: IntervalSet,
  { rounds, terms }: PathStandingQuery,
): Promise<MeanFigures> {
  const path = terms.path.id;
  if (from >= to) return figuresOf(emptySums());
  const [sums] = await rounds.monthSums({ paths: [path], from, to, without: new Map([[path, leftOut]]) });
  return figuresOf(sums ? meanSums(sums) : emptySums());
}
