import { Temporal } from 'temporal-polyfill';
import { memoizeByText } from '../memoize.js';
import type { EpochMs } from '../types.js';
import { type Interval, type IntervalSet, merge } from './intervals.js';

/** A day of the calendar, `YYYY-MM-DD`, in whatever zone it is read; later days compare greater as text. */
export type LocalDate = string;

const expression = /^(\d{4})-(\d\d)-(\d\d)$/;

/** Years from 1970 on: the zones' rules are whole minutes there, and no contract of ours is older. */
export function isLocalDate(text: string): boolean {
  const match = expression.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

export const localDateRule = 'a day of the calendar from 1970 on, as "2026-10-11"';

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

const dayMs = 86_400_000;
const dayOf = (date: LocalDate): number => Date.parse(`${date}T00:00:00Z`);

/** Days from `from` to `to`; negative when `to` is earlier. */
export const daysBetween: (from: LocalDate, to: LocalDate) => number = memoizeByText(
  (from: LocalDate, to: LocalDate) =>
    Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: 'days' }).days,
  4_000,
);

/** Asked for each day of each service: no calendar is needed for it, days of dates are all alike. */
export function addDays(date: LocalDate, days: number): LocalDate {
  return new Date(dayOf(date) + days * dayMs).toISOString().slice(0, 10);
}

/** The days of [from, to). Of the many services of a month most are there on the same days. */
export const daysIn: (from: LocalDate, to: LocalDate) => readonly LocalDate[] = memoizeByText(
  (from: LocalDate, to: LocalDate) => {
    const days: LocalDate[] = [];
    for (let day = from; day < to; day = addDays(day, 1)) days.push(day);
    return days;
  },
  1_000,
);

/** True for a zone of the IANA database by its name. Bare offsets are none: they don't know of summer time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/** The first instant of the day there: 00:00, or later where the clocks skip midnight. */
export const startOfDay: (date: LocalDate, zone: string) => EpochMs = memoizeByText(
  (date: LocalDate, zone: string) => Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds,
  4_000,
);

/** `2026-10-11T00:00:00+08:00`, with three decimals where it is not a whole second. */
export function formatInstant(at: EpochMs, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(zone)
    .toString({ timeZoneName: 'never', fractionalSecondDigits: at % 1000 === 0 ? 0 : 3 });
}

/** The instant of a local day and time, `2026-10-12 03:00`; where the clocks skip it, the first one after. */
export function instantOf(text: string, zone: string): EpochMs {
  return Temporal.PlainDateTime.from(text.replace(' ', 'T')).toZonedDateTime(zone).epochMilliseconds;
}

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
export const zonedMonth: (name: string, zone: string) => Month = memoizeByText(calendarMonth, 1_000);

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

/** A day of the calendar in a zone. */
export interface Day extends Interval {
  readonly day: LocalDate;
}

/** The days of a month, in its zone: one with a change of the clocks is an hour longer or shorter. */
export function daysOf({ firstDay, endDay, zone }: Pick<Month, 'firstDay' | 'endDay' | 'zone'>): Day[] {
  const days: Day[] = [];
  let from = startOfDay(firstDay, zone);
  for (let day = firstDay; day < endDay;) {
    const next = addDays(day, 1);
    const to = startOfDay(next, zone);
    days.push({ day, from, to });
    [day, from] = [next, to];
  }
  return days;
}

const instantExpression =
  /^(\d{4}-\d\d-\d\d)(?:([Tt ])(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?([Zz]|([+-])(\d\d):(\d\d))?)?$/;

/** Why a text is no instant. */
export type InstantFault =
  'form' | 'no-offset' | 'finer-than-ms' | 'before-1970' | 'no-day' | 'no-time-of-day' | 'offset-range';

/**
 * The instant of an RFC 3339 time, seconds optional. `person`: as people write it in files and on command lines, with a
 * space or small letters too; a date alone is 00:00 UTC of that day. Leap seconds are not on this clock; an offset has
 * the range of RFC 3339, 23:59 either way.
 */
export function parseInstant(
  text: string,
  by: 'program' | 'person' = 'program',
): { readonly at: EpochMs } | { readonly wrong: InstantFault } {
  const match = instantExpression.exec(text);
  if (!match) return { wrong: 'form' };
  const [, date = '', separator, hour = '0', minute = '0', second = '0', fraction = '', zone] = match;
  const [sign, zoneHour = '0', zoneMinute = '0'] = match.slice(8);
  if (by === 'program' && (separator !== 'T' || zone === 'z')) return { wrong: 'form' };
  if (separator !== undefined && zone === undefined) return { wrong: 'no-offset' };
  if (Number(zoneHour) > 23 || Number(zoneMinute) > 59) return { wrong: 'offset-range' };
  if (fraction.length > 3) return { wrong: 'finer-than-ms' };
  if (date < '1970') return { wrong: 'before-1970' };
  if (!isLocalDate(date)) return { wrong: 'no-day' };
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return { wrong: 'no-time-of-day' };
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const milliseconds = Number(fraction.padEnd(3, '0'));
  const local = Date.UTC(year, month - 1, day, Number(hour), Number(minute), Number(second), milliseconds);
  const offsetMinutes = Number(zoneHour) * 60 + Number(zoneMinute);
  return { at: local - (sign === '-' ? -1 : 1) * offsetMinutes * 60_000 };
}
