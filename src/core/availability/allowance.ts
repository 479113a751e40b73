import { floor, multiply, ratio } from '../number/rational.js';
import type { PlanVersion } from '../plan/plan.js';

/** How much planned maintenance of a line still excuses in this month, milliseconds; Infinity without an allowance. */
export function capMs(plan: PlanVersion, usedMs: number): number {
  const { allowance } = plan.exclusions.plannedMaintenance;
  if (allowance === null) return Infinity;
  const allMs = Number(floor(multiply(allowance.hours, ratio(3_600_000n))));
  return Math.max(0, allowance.per === 'year' ? allMs - usedMs : allMs);
}
