import { findHome } from '../config/home.js';
import { planFiles } from '../config/plan/files.js';
import type { Plan } from '../core/plan/plan.js';

/** The built-in contract: what judges a path that no service names. Null where its file is gone. */
export function contractPlan(): Plan | null {
  const result = planFiles(findHome()).byId('ctg-cloud-connection');
  return result?.ok === true ? result.plan : null;
}
