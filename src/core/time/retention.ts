import type { EpochMs } from '../types.js';

/** The instant that lies `months` calendar months before `at`, in UTC; the day is cut to the month's last. */
export function monthsBefore(at: EpochMs, months: number): EpochMs {
  const date = new Date(at);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.getTime();
}
