import type { PlanVersion } from '../../core/plan/plan.js';
import type { Month } from '../../core/time/month.js';

/**
 * What a case is judged by. The checks take null where the plan or the month has a fault of its own: they leave out
 * what depends on it, and still find every other fault in the same run.
 */
export interface Rules {
  readonly plan: PlanVersion;
  readonly month: Month;
}
