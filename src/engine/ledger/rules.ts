import type { Book } from '../../core/customer/book.js';
import type { ExclusionRules } from '../../core/plan/plan.js';
import { versionFor } from '../../core/plan/version.js';
import type { Interval } from '../../core/time/intervals.js';
import { formatInstant } from '../../core/time/zone.js';

/** Where nobody's plan says otherwise: what the carrier's contract asks for. */
const withoutPlan: ExclusionRules = {
  plannedMaintenance: { noticeHours: 0, allowance: null },
  forceMajeure: { noticeWithinDays: 15, proof: true },
};

/** The rules of every plan that judges services, in the versions of the months in which the intervals begin. */
export function rulesFor(book: Book, intervals: readonly Interval[]): ExclusionRules[] {
  const found = new Set<ExclusionRules>();
  for (const plan of book.plans.values()) {
    for (const { from } of intervals) {
      const zone = plan.versions[0]?.timeZone ?? 'UTC';
      const version = Number.isSafeInteger(from)
        ? versionFor(plan, formatInstant(from, zone).slice(0, 7))
        : null;
      if (version) found.add(version.exclusions);
    }
  }
  return found.size === 0 ? [withoutPlan] : [...found];
}
