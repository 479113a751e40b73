import { Temporal } from 'temporal-polyfill';
import { daysBetween, type LocalDate } from './date.js';
import { merge, type Interval, type IntervalSet } from './intervals.js';
import { remembered } from './remembered.js';
import { startOfDay } from './zone.js';

/** A calendar month in a zone. */
export interface Month extends Interval {
  /** `2026-10`. */
  readonly name: string;
  readonly zone: string;
  readonly firstDay: LocalDate;
  /** The first day of the next month. */
  readonly endDay: LocalDate;
  readonly days: number;
}

export const monthRule = 'a month from 1970-01 on, as "2026-10"';

export function isMonthName(text: string): boolean {
  const match = /^(\d{4})-(\d\d)$/.exec(text);
  return (
    match !== null && Number(match[1]) >= 1970 && Number(match[1]) < 9999 && isMonthOfYear(Number(match[2]))
  );
}

const isMonthOfYear = (month: number) => month >= 1 && month <= 12;

/** The month of that name (`isMonthName`) in the zone; a summer-time change makes it an hour longer or shorter. */
export const zonedMonth: (name: string, zone: string) => Month = remembered(calendarMonth, 1_000);

function calendarMonth(name: string, zone: string): Month {
  const firstDay = `${name}-01`;
  const endDay = Temporal.PlainDate.from(firstDay).add({ months: 1 }).toString();
  return {
    name,
    zone,
    firstDay,
    endDay,
    days: daysBetween(firstDay, endDay),
    from: startOfDay(firstDay, zone),
    to: startOfDay(endDay, zone),
  };
}

/** The name of the month so many months later, or earlier for a negative number. */
export function monthAfter(name: string, months: number): string {
  return Temporal.PlainYearMonth.from(name).add({ months }).toString();
}

/** What of a month a service lives in: its days, and their instants. */
export interface ServicePeriod extends Interval {
  readonly firstDay: LocalDate;
  readonly endDay: LocalDate;
  readonly days: number;
}

/** The service's part of the month; null when no day of the month is in [start, end). */
export function servicePeriod(month: Month, start: LocalDate, end: LocalDate | null): ServicePeriod | null {
  const firstDay = start > month.firstDay ? start : month.firstDay;
  const endDay = end !== null && end < month.endDay ? end : month.endDay;
  if (firstDay >= endDay) return null;
  return {
    firstDay,
    endDay,
    days: daysBetween(firstDay, endDay),
    from: startOfDay(firstDay, month.zone),
    to: startOfDay(endDay, month.zone),
  };
}

/** The periods of a service's terms together: from the first day to the last, without the pauses between them. */
export interface JoinedPeriod extends ServicePeriod {
  readonly spans: IntervalSet;
}

/** `periods` in the order of their days, at least one. */
export function joinedPeriod(periods: readonly ServicePeriod[]): JoinedPeriod {
  const [first, last] = [periods[0], periods.at(-1)];
  if (!first || !last) throw new RangeError('a service has at least one period');
  return {
    firstDay: first.firstDay,
    endDay: last.endDay,
    days: periods.reduce((all, { days }) => all + days, 0),
    from: first.from,
    to: last.to,
    spans: merge(periods),
  };
}
