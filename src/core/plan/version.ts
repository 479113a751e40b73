import type { Month } from '../time/month.js';
import { zonedMonth } from '../time/month.js';
import type { Plan, PlanVersion } from './plan.js';

/**
 * The version that judges a month: in force on its first day; none then: the first that comes into force in it;
 * null when there is neither.
 */
export function versionFor(plan: Plan, month: string): PlanVersion | null {
  const inForce = plan.versions.filter((version) => version.effectiveFrom <= `${month}-01`).at(-1);
  return inForce ?? plan.versions.find((version) => version.effectiveFrom.startsWith(`${month}-`)) ?? null;
}

/** The month in the version's time zone. */
export function monthOf(version: PlanVersion, month: string): Month {
  return zonedMonth(month, version.timeZone);
}
