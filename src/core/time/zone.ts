import { Temporal } from 'temporal-polyfill';
import type { EpochMs } from '../types.js';
import type { LocalDate } from './date.js';
import { remembered } from './remembered.js';

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
export const startOfDay: (date: LocalDate, zone: string) => EpochMs = remembered(
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
