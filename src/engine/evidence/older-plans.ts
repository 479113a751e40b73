import type { Book } from '../../core/customer/book.js';
import { zero } from '../../core/number/rational.js';
import type { CauseRule, Plan, PlanVersion, ServiceClass } from '../../core/plan/plan.js';

/** What a pack of an earlier version has in place of a type: any of its fields may be missing. */
type Older<T> = { readonly [K in keyof T]?: T[K] };

/**
 * The book of a pack with its plans as this version knows them: what came into the plan language since gets the value
 * that says what was said before. Packs of this version are not touched by it.
 */
export function withPlansOfToday(book: Book): Book {
  const plans = [...book.plans].map(([id, plan]) => [id, planOfToday(plan)] as const);
  return { ...book, plans: new Map(plans) };
}

const planOfToday = (plan: Plan): Plan => ({
  ...plan,
  examples: (plan as Older<Plan>).examples ? plan.examples : [],
  versions: plan.versions.map(versionOfToday),
});

const availabilityOfFirst: Pick<PlanVersion['availability'], 'outages' | 'degradedIsDown'> = {
  outages: { startsAt: 'detection', shortestMinutes: zero, unitMinutes: null, count: 'started' },
  degradedIsDown: [],
};

function versionOfToday(version: PlanVersion): PlanVersion {
  const { measurement, availability, credit } = version;
  return {
    ...{ jitter: { leavesOut: [], commitmentUs: null }, trafficClasses: [] },
    ...version,
    measurement: { ...{ minimumSent: 0 }, ...measurement },
    availability: { ...availabilityOfFirst, ...availability },
    classes: new Map([...version.classes].map(([id, each]) => [id, classOfToday(each)])),
    credit: {
      ...{ of: 'service' as const, minimumCoverage: zero, paidOn: 'same-invoice' as const },
      ...credit,
      claim: claimOfToday(credit),
      causes: credit.causes.map(causeOfToday),
    },
  };
}

const classOfToday = (each: ServiceClass): ServiceClass => ({
  ...each,
  steps: each.steps.map((step) => ({ ...{ perUnit: null }, ...step })),
});

/** At first a claim was a number of days after the month. */
function claimOfToday(credit: PlanVersion['credit']): PlanVersion['credit']['claim'] {
  const { claim, claimWithinDays = null } = credit as Older<PlanVersion['credit']> & {
    readonly claimWithinDays?: number | null;
  };
  if (claim !== undefined) return credit.claim;
  return claimWithinDays === null ? null : { days: claimWithinDays, after: 'month' };
}

function causeOfToday(rule: CauseRule): CauseRule {
  const cause = { ...{ onlyBelow: null, atMost: null }, ...rule };
  switch (cause.kind) {
    case 'latency':
    case 'loss':
      return {
        ...{ trafficClasses: null },
        ...cause,
        steps: cause.steps.map((step) => ({ ...{ perUnit: null }, ...step })),
      };
    case 'failed-days': {
      const measure = cause.metric === 'latency' ? ('excess-percent' as const) : ('absolute' as const);
      return { ...{ trafficClasses: null, measure }, ...cause };
    }
    case 'downtime': {
      if ((cause as Older<typeof cause>).by !== undefined) return cause;
      const { unitMinutes, count, credit, ...rest } = cause as typeof cause &
        Extract<(typeof cause)['by'], { readonly credit: unknown }>;
      return { ...rest, by: { unitMinutes, count, credit } };
    }
    case 'long-outages':
    case 'jitter':
    case 'failed-windows':
    case 'late-delivery':
      return cause;
  }
}
