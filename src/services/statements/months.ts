import { type CustomerRegistry, bookMonth } from '../../core/customer/book.js';
import { validationError } from '../../core/ledger/errors.js';
import { currentRuleSet } from '../../core/statement/rule-set.js';
import { formatInstant, isMonthName, monthAfter, monthRule } from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import { ValidationError } from '../ledger/entries.js';

/** The services with a day in the month, by code points, and when the month is over for all of them. */
export interface MonthOfBook {
  readonly services: readonly string[];
  /** The latest end in the zones of their plans; null: there is no service. */
  readonly end: EpochMs | null;
}

export function monthOfBook(book: CustomerRegistry, name: string): MonthOfBook {
  const { plans, unplanned } = bookMonth(book, name, currentRuleSet);
  const services = new Set(unplanned.map(({ service }) => service));
  let end: EpochMs | null = null;
  for (const { month, services: judged } of plans) {
    for (const { id } of judged) services.add(id);
    end = Math.max(end ?? month.to, month.to);
  }
  // Services without a plan have no zone: a month with only those ends with the UTC month.
  if (end === null && services.size > 0) end = Date.parse(`${monthAfter(name, 1)}-01T00:00:00Z`);
  return { services: [...services].sort((a, b) => (a < b ? -1 : 1)), end };
}

/**
 * The requested services, or all of the month's when none are named. Throws a `ValidationError` for an unknown month or
 * service.
 */
export function servicesAsked(
  book: CustomerRegistry,
  name: string,
  asked: readonly string[] | null,
): MonthOfBook {
  if (!isMonthName(name))
    throw new ValidationError([
      validationError('month', `${name} is no month`, monthRule, ['no-month', name]),
    ]);
  const month = monthOfBook(book, name);
  if (month.services.length === 0) {
    const first = book.services.map(({ start }) => start.slice(0, 7)).sort()[0];
    const allowed = first === undefined ? 'nothing: there are no services' : `a month from ${first} on`;
    throw new ValidationError([
      validationError('month', `${name} is no month of any service`, allowed, ['no-service-in-month', name]),
    ]);
  }
  if (asked === null) return month;
  for (const service of asked) {
    if (month.services.includes(service)) continue;
    const known = month.services.length > 12 ? [...month.services.slice(0, 12), '…'] : month.services;
    const isOne = book.services.some(({ id }) => id === service);
    const what = isOne ? `${service} has no day in ${name}` : `${service} is no service`;
    throw new ValidationError([
      validationError(
        'service',
        what,
        known.join(', '),
        isOne ? ['no-day-in-month', service, name] : ['not-known', service],
      ),
    ]);
  }
  return { ...month, services: [...new Set(asked)] };
}

/** The month itself where it is over; else throws a `ValidationError`. */
export function mustBeOver(found: MonthOfBook, month: string, now: EpochMs): MonthOfBook {
  if (found.end !== null && found.end <= now) return found;
  const end = found.end === null ? '' : `, it is on ${formatInstant(found.end, 'UTC')}`;
  throw new ValidationError([
    validationError('month', `${month} is not over${end}`, 'a month that is over, or --to-date for a draft', [
      'month-not-over',
      month,
    ]),
  ]);
}
