import type { MonthJudgement } from '../../core/statement/judge.js';
import { monthResult } from '../../core/statement/result.js';
import type { EpochMs } from '../../core/types.js';
import { isoInstant } from '../instant.js';

/** A month of every plan; `final` is false while it is not over. */
export function availabilityJson(month: string, judged: readonly MonthJudgement[], now: EpochMs): object {
  return {
    month,
    asOf: isoInstant(now),
    final: judged.every((one) => one.case.month.to <= now),
    services: judged.flatMap((one) => {
      const { plan, services } = monthResult(one);
      return services.map((service, index) => ({
        ...service,
        plan,
        customer: one.services[index]?.terms.customer ?? null,
      }));
    }),
    sites: judged.flatMap((one) => monthResult(one).sites),
  };
}
