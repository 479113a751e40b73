import { compare } from '../number/rational.js';
import type { CauseRule, CreditRules } from '../plan/plan.js';
import { availabilityCredit } from './availability-steps.js';
import { causeCredit, type CauseCredit, type CauseInput, type Judged } from './cause.js';
import { downtimeReasons, longOutageReasons } from './downtime.js';
import { failedDayReasons } from './failed-days.js';
import { qualityReasons } from './quality-steps.js';

/** Every cause that the plan knows for the service's class, paid or not, in the order of the plan. */
export function judgeCauses(input: CauseInput): CauseCredit[] {
  const { plan, serviceClass, base } = input;
  const others = plan.credit.causes.flatMap((rule, index) =>
    rule.classes === null || rule.classes.includes(serviceClass.id)
      ? [causeCredit(rule.id, `credit.causes[${index}]`, reasonsOf(rule, input), base)]
      : [],
  );
  return [availabilityCredit(input), ...others];
}

function reasonsOf(rule: CauseRule, input: CauseInput): Judged {
  switch (rule.kind) {
    case 'latency':
    case 'loss':
      return qualityReasons(rule, input);
    case 'downtime':
      return { reasons: downtimeReasons(rule, input), notShown: [] };
    case 'failed-days':
      return failedDayReasons(rule, input);
    case 'long-outages':
      return { reasons: longOutageReasons(rule, input), notShown: [] };
  }
}

/** The causes that are paid together: all of them, or the one that gives most (the first of equals). */
export function combined(causes: readonly CauseCredit[], combine: CreditRules['combine']): CauseCredit[] {
  const paid = causes.filter((cause) => cause.reasons.length > 0);
  if (combine === 'add') return paid;
  const [largest] = paid.toSorted((a, b) => compare(b.share, a.share));
  return largest ? [largest] : [];
}
