import { ratio } from '../number/rational.js';
import type { LateDeliveryCause } from '../plan/plan.js';
import { daysIn, type LocalDate } from '../time/date.js';
import type { CauseInput, Reason } from './cause.js';
import { creditOfFigure, unitsIn } from './units.js';

/** Days on which a service was agreed to be there and was not, beyond an allowance, in the month of its start. */
export function lateDeliveryReasons(rule: LateDeliveryCause, { delivery }: CauseInput): Reason[] {
  if (delivery === null) return [];
  const late = daysIn(delivery.agreed, delivery.actual).filter(
    (day) => rule.days === 'calendar' || isWeekday(day),
  ).length;
  const figure = ratio(BigInt(late - rule.allowanceDays));
  if (figure.n <= 0n) return [];
  const subject = `${delivery.agreed} to ${delivery.actual}`;
  const { by } = rule;
  if ('steps' in by) {
    const given = creditOfFigure(by.steps, figure);
    return given === null ? [] : [{ subject, figure, unit: 'days', ...given }];
  }
  const units = unitsIn(figure, ratio(BigInt(by.unitDays)), by.count);
  return units === 0n ? [] : [{ subject, figure, unit: 'days', bound: null, units, share: by.credit }];
}

/** What the share is one of; 0 where it is of a charge that is not known. */
export function lateDeliveryBase(
  rule: LateDeliveryCause,
  { base, monthlyRent, delivery }: CauseInput,
): bigint {
  if (rule.of === 'installation-charge') return delivery?.installationCharge ?? 0n;
  return rule.of === 'full-month' ? monthlyRent : base;
}

/** Monday to Friday: the first of January 1970 was a Thursday. */
function isWeekday(day: LocalDate): boolean {
  const sinceThursday = Math.round(Date.parse(`${day}T00:00:00Z`) / 86_400_000) % 7;
  return sinceThursday !== 2 && sinceThursday !== 3;
}
