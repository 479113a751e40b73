import type { EpochMs } from '../types.js';
import { isLocalDate } from './date.js';

const expression =
  /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|([+-])([01]\d|2[0-3]):([0-5]\d))?$/;

export const instantRule =
  'a time with its offset, to the millisecond at the finest, as "2026-10-12T03:00:00.000+08:00"';

/** Reads an RFC 3339 time; what is wrong with it as text otherwise. Leap seconds are not on this clock. */
export function parseInstant(text: string): { readonly at: EpochMs } | { readonly fault: string } {
  const match = expression.exec(text);
  if (!match) return { fault: `must be ${instantRule}` };
  const [
    ,
    date = '',
    hour = '',
    minute = '',
    second = '00',
    fraction = '',
    zone,
    sign,
    zoneHour,
    zoneMinute,
  ] = match;
  if (zone === undefined) return { fault: `has no offset: must be ${instantRule}` };
  if (fraction.length > 3) return { fault: `is finer than a millisecond: must be ${instantRule}` };
  if (date < '1970') return { fault: `is before 1970: must be ${instantRule}` };
  if (!isLocalDate(date)) return { fault: `names a day that is not in the calendar: must be ${instantRule}` };
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    return {
      fault: `names an hour, minute or second that is not on the clock (leap seconds are not): must be ${instantRule}`,
    };
  }
  const offsetMinutes = Number(zoneHour ?? 0) * 60 + Number(zoneMinute ?? 0);
  const local = Date.UTC(
    Number(date.slice(0, 4)),
    Number(date.slice(5, 7)) - 1,
    Number(date.slice(8, 10)),
    Number(hour),
    Number(minute),
    Number(second),
    Number(fraction.padEnd(3, '0')),
  );
  return { at: local - (sign === '-' ? -1 : 1) * offsetMinutes * 60_000 };
}
