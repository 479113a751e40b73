import { daysIn, type LocalDate, monthAfter } from '../../core/time/calendar.js';
import type { Caller } from './caller.js';

/** What of a customer's month somebody sees: how good it was, or what it cost as well. */
type MonthAccess = 'nothing' | 'quality' | 'all';

/**
 * Whether the caller may see a customer and its amounts on every day of the month: a resale link that begins or ends
 * inside it makes a month that only staff see whole.
 */
export const hasFullMonthAccess = (caller: Visibility, customer: string, month: string): boolean =>
  monthAccessOf(caller, customer, month) === 'all';

/** What the caller may see of a customer on every day of the month: of single days nothing is said here. */
export function monthAccessOf(caller: Visibility, customer: string, month: string): MonthAccess {
  const months = answered.get(caller) ?? new Map<string, Month>();
  answered.set(caller, months);
  const { days, known } = months.get(month) ?? {
    days: daysIn(`${month}-01`, `${monthAfter(month, 1)}-01`),
    known: new Map<string, MonthAccess>(),
  };
  months.set(month, { days, known });
  const { sees, seesAmounts } = caller;
  const seen =
    known.get(customer) ??
    (!days.every((day) => sees(customer, day))
      ? 'nothing'
      : days.every((day) => seesAmounts(customer, day))
        ? 'all'
        : 'quality');
  known.set(customer, seen);
  return seen;
}

interface Month {
  readonly days: readonly LocalDate[];
  /** By customer. */
  readonly known: Map<string, MonthAccess>;
}

type Visibility = Pick<Caller, 'sees' | 'seesAmounts'>;

/** A customer has many statements: it is asked once for all of them. Gone with its caller, which lives for a request. */
const answered = new WeakMap<Visibility, Map<string, Month>>();
