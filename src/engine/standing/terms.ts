import type { Config, PathConfig } from '../../config/config.js';
import { bookMonth } from '../../core/customer/segments.js';
import type { Rational } from '../../core/number/rational.js';
import type { Plan, PlanVersion } from '../../core/plan/plan.js';
import { monthOf, versionFor } from '../../core/plan/version.js';
import { currentRuleSet } from '../../core/statement/rule-set.js';
import type { Month } from '../../core/time/month.js';
import { formatInstant } from '../../core/time/zone.js';
import type { EpochMs, PathId } from '../../core/types.js';
import { commitmentsIn } from '../month/commitments.js';

/** What a path is judged by in the month of an instant. */
export interface PathTerms {
  readonly path: PathConfig;
  readonly planId: string;
  readonly plan: PlanVersion;
  readonly month: Month;
  /** Microseconds; null: none is promised. */
  readonly commitmentUs: Rational | null;
}

/**
 * By the plan of the first service that names the path, else by `defaultPlan`. A path whose plan is not in force yet
 * has no terms.
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
    for (const { paths: own } of plans.find((judged) => judged.plan.id === plan.id)?.services ?? [])
      for (const path of own) if (!planOf.has(path)) planOf.set(path, plan);
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

/** The month that an instant lies in, in the zone of the plan that judges it; null: no version is in force. */
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
