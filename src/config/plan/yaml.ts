import { stringify } from 'yaml';
import type { Plan } from '../../core/plan.js';
import { showPlan } from './codec.js';

/** A plan as a plan file, every field written out: reading it gives the plan. */
export const planYaml = (plan: Plan): string =>
  `# yaml-language-server: $schema=./plan.schema.json\n${stringify(withoutGaps(showPlan(plan)), { lineWidth: 100, aliasDuplicateObjects: false })}`;

/** Without keys that are not given, which YAML would write as null. */
function withoutGaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutGaps);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => [key, withoutGaps(inner)]),
  );
}
