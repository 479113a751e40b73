import type { Plan } from '../../core/plan/plan.js';
import { type Fault, type KeyPath, type Problem } from '../problem.js';
import { shapeFaults } from '../shape/faults.js';
import { salvage } from '../shape/salvage.js';
import { notFollowing, parseStrict } from '../strict.js';
import { readPlan } from './codec.js';
import { checkPlan } from './checks.js';
import { oddities } from './oddities.js';
import { planSchema } from './schema/schema.js';

export type PlanResult =
  | { readonly ok: true; readonly plan: Plan; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The text of a plan file (YAML, and so JSON) → the plan, or everything that is wrong with it. Never throws. */
export function parsePlan(text: string, file: string): PlanResult {
  const parsed = parseStrict({ text, file, schema: planSchema, check: checkPlan, warn: oddities });
  return parsed.ok ? { ok: true, plan: readPlan(parsed.value), warnings: parsed.warnings } : parsed;
}

/**
 * A plan that stands inside another document, already parsed. A case is judged by what its plan says, also where that
 * contradicts itself as a contract: only files are refused for it.
 */
export function planFromData(
  data: unknown,
): { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly faults: readonly Fault[] } {
  const parsed = planSchema.safeParse(data, { reportInput: true });
  const faults = parsed.success ? [] : shapeFaults(planSchema, parsed.error.issues, data);
  const isFaulty = (at: KeyPath): boolean =>
    faults.some((fault) => at.every((step, depth) => fault.at[depth] === step));
  const readable = salvage(planSchema, data);
  if (readable !== undefined) {
    const between = checkPlan(readable, isFaulty).filter(({ contradiction }) => contradiction !== true);
    faults.push(...notFollowing(faults, between));
  }
  return parsed.success && faults.length === 0
    ? { ok: true, plan: readPlan(parsed.data) }
    : { ok: false, faults };
}
