import { addDays } from '../../core/time/date.js';
import { monthAfter } from '../../core/time/month.js';
import type { Caller } from './caller.js';

/**
 * Whether the caller may see a customer and its amounts on every day of the month: a resale link that begins or ends
 * inside it makes a month that only staff see whole.
 */
export function seesWholeMonth(
  { sees, seesAmounts }: Pick<Caller, 'sees' | 'seesAmounts'>,
  customer: string,
  month: string,
): boolean {
  const end = `${monthAfter(month, 1)}-01`;
  for (let day = `${month}-01`; day < end; day = addDays(day, 1))
    if (!sees(customer, day) || !seesAmounts(customer, day)) return false;
  return true;
}
