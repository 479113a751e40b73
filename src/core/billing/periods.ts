import { type LocalDate, monthAfter } from '../time/calendar.js';
import type { EpochMs } from '../types.js';

/** A month whose postings are final: nothing is posted into it until a second person unlocks it. */
export interface PeriodLock {
  /** `2026-10`, by the days on which something is posted. */
  readonly month: string;
  readonly at: EpochMs;
  /** The name of whoever locked it. */
  readonly by: string;
  /** Who that is, whatever the name; null: only the name is known. */
  readonly principal: string | null;
  readonly note: string | null;
}

/** The month that a posting of that day belongs to. */
export const periodOf = (day: LocalDate): string => day.slice(0, 7);

/** The day itself where its month is open, else the first day of the next month that is. */
export function firstOpenDay(day: LocalDate, locks: readonly Pick<PeriodLock, 'month'>[]): LocalDate {
  const locked = new Set(locks.map(({ month }) => month));
  if (!locked.has(periodOf(day))) return day;
  let month = periodOf(day);
  while (locked.has(month)) month = monthAfter(month, 1);
  return `${month}-01`;
}
