import { addDays, type LocalDate } from './date.js';
import type { Interval } from './intervals.js';
import type { Month } from './month.js';
import { startOfDay } from './zone.js';

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
