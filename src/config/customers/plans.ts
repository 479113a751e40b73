import type { Plan } from '../../core/plan/plan.js';
import type { PlanFiles } from '../plan/files.js';
import type { PlanResult } from '../plan/parse.js';
import { formatProblem, type Fault } from '../problem.js';
import type { Draft } from './draft.js';

/** Where plans come from: those built in, and files beside the file of customers. */
export interface PlanSource {
  builtIn(): readonly string[];
  byId(id: string): PlanResult | null;
  byFile(file: string): PlanResult;
}

/** Plan files whose names start at `folder`. */
export const plansFrom = (files: PlanFiles, folder: string): PlanSource => ({
  builtIn: () => files.builtIn(),
  byId: (id) => files.byId(id),
  byFile: (file) => files.byFile(file, folder),
});

/** Every plan that services may name; one of a file may not have the id of another. */
export function planFilesOf(
  draft: Draft,
  source: PlanSource,
): { readonly plans: ReadonlyMap<string, Plan>; readonly faults: Fault[] } {
  const plans = new Map<string, Plan>();
  for (const id of source.builtIn()) {
    const result = source.byId(id);
    if (result?.ok === true) plans.set(id, result.plan);
  }
  const faults = (draft.plans ?? []).flatMap((file, index): Fault[] => {
    if (file === undefined) return [];
    const at = ['plans', index];
    const result = source.byFile(file);
    if (!result.ok) return result.problems.map((one) => ({ at, what: `is no plan: ${formatProblem(one)}` }));
    if (plans.has(result.plan.id)) {
      return [
        {
          at,
          what: `has the id of another plan, ${result.plan.id}`,
          allowed: 'an id of its own for each plan',
        },
      ];
    }
    plans.set(result.plan.id, result.plan);
    return [];
  });
  return { plans, faults };
}
