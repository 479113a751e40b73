import type { Book } from '../../core/customer/book.js';
import { segmentsOf } from '../../core/customer/segments.js';
import type { Plan } from '../../core/plan/plan.js';
import { formatInstant } from '../../core/time/zone.js';
import type { EpochMs, PathId } from '../../core/types.js';

/** The plans that judge a path at an instant: those of the services that use it then, by id. */
export function plansOfPath(book: Book, path: PathId, at: EpochMs): Plan[] {
  const ids = new Set<string>();
  for (const service of book.services) {
    for (const segment of segmentsOf(service)) {
      const plan = book.plans.get(segment.plan);
      if (!plan || !segment.paths.includes(path)) continue;
      const day = formatInstant(at, plan.versions[0]?.timeZone ?? 'UTC').slice(0, 10);
      if (segment.start <= day && (segment.end === null || day < segment.end)) ids.add(plan.id);
    }
  }
  return [...ids].sort().flatMap((id) => book.plans.get(id) ?? []);
}
