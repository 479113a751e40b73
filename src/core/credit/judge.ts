import { compare } from '../number/rational.js';
import type { CauseRule, CreditRules } from '../plan/plan.js';
import { availabilityCredit } from './availability-steps.js';
import { causeCredit, type CauseCredit, type CauseInput, type Judged } from './cause.js';
import { downtimeReasons, longOutageReasons } from './downtime.js';
import { failedDayReasons } from './failed-days.js';
import { failedWindowReasons } from './failed-windows.js';
import { lateDeliveryBase, lateDeliveryReasons } from './late-delivery.js';
import { qualityReasons } from './quality.js';

/** Every cause that the plan knows for the service's class, paid or not, in the order of the plan. */
export function judgeCauses(input: CauseInput): CauseCredit[] {
  const { plan, serviceClass } = input;
  const others = plan.credit.causes.flatMap((rule, index) =>
    rule.classes === null || rule.classes.includes(serviceClass.id)
      ? [judgeCause(rule, `credit.causes[${index}]`, input)]
      : [],
  );
  return [availabilityCredit(input), ...others];
}

function judgeCause(rule: CauseRule, field: string, input: CauseInput): CauseCredit {
  const judged = reasonsOf(rule, input);
  const base = rule.kind === 'late-delivery' ? lateDeliveryBase(rule, input) : input.base;
  const { onlyBelow, atMost } = rule;
  const isBelow = onlyBelow === null || compare(input.availability.availability, onlyBelow) < 0;
  return isBelow || judged.reasons.length === 0
    ? causeCredit(rule.id, field, judged, base, { atMost })
    : causeCredit(rule.id, field, { ...judged, reasons: [] }, base, { notBelow: onlyBelow });
}

function reasonsOf(rule: CauseRule, input: CauseInput): Judged {
  switch (rule.kind) {
    case 'latency':
    case 'loss':
    case 'jitter':
      return qualityReasons(rule, input);
    case 'downtime':
      return { reasons: downtimeReasons(rule, input), notShown: [] };
    case 'failed-days':
      return failedDayReasons(rule, input);
    case 'failed-windows':
      return failedWindowReasons(rule, input);
    case 'long-outages':
      return { reasons: longOutageReasons(rule, input), notShown: [] };
    case 'late-delivery':
      return { reasons: lateDeliveryReasons(rule, input), notShown: [] };
  }
}

/** The causes that are paid together: all of them, or the one that gives most (the first of equals). */
export function combined(causes: readonly CauseCredit[], combine: CreditRules['combine']): CauseCredit[] {
  const paid = causes.filter((cause) => cause.reasons.length > 0);
  if (combine === 'add') return paid;
  const [largest] = paid.toSorted((a, b) => compare(b.share, a.share));
  return largest ? [largest] : [];
}
