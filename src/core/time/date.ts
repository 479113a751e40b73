import { Temporal } from 'temporal-polyfill';
import { remembered } from './remembered.js';

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
export const daysBetween: (from: LocalDate, to: LocalDate) => number = remembered(
  (from: LocalDate, to: LocalDate) =>
    Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: 'days' }).days,
  4_000,
);

/** Asked for each day of each service: no calendar is needed for it, days of dates are all alike. */
export function addDays(date: LocalDate, days: number): LocalDate {
  return new Date(dayOf(date) + days * dayMs).toISOString().slice(0, 10);
}

/** The days of [from, to). Of the many services of a month most are there on the same days. */
export const daysIn: (from: LocalDate, to: LocalDate) => readonly LocalDate[] = remembered(
  (from: LocalDate, to: LocalDate) => {
    const days: LocalDate[] = [];
    for (let day = from; day < to; day = addDays(day, 1)) days.push(day);
    return days;
  },
  1_000,
);
