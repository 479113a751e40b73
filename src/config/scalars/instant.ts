import type { EpochMs } from '../../core/types.js';
import { textual, wrong, type Wrong } from './scalar.js';

const expression =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?(Z|z|[+-]\d\d:\d\d)?)?$/;
const dayMs = 86_400_000;

/** `2026-10-01` is 00:00 UTC of that day; with a time of day it needs its offset, `2026-10-01T08:00+08:00`. */
export function parseInstant(text: string): EpochMs | Wrong {
  const match = expression.exec(text.trim());
  if (!match) return wrong('is not a date or an instant');
  const [, year, month, day, hour, minute, second, fraction, offset] = match;
  if (hour !== undefined && offset === undefined) return wrong('has a time of day and no offset from UTC');
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  if (new Date(midnight).toISOString().slice(0, 10) !== `${year ?? ''}-${month ?? ''}-${day ?? ''}`) {
    return wrong('is no day of the calendar');
  }
  if (Number(hour ?? 0) > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59) {
    return wrong('is no time of day');
  }
  const zone = /^([+-])(\d\d):(\d\d)$/.exec(offset ?? 'Z');
  if (zone && (Number(zone[2]) > 14 || Number(zone[3]) > 59)) return wrong('has no real offset from UTC');
  const offsetMinutes = zone ? Number(`${zone[1] ?? ''}1`) * (Number(zone[2]) * 60 + Number(zone[3])) : 0;
  const seconds = Number(hour ?? 0) * 3600 + (Number(minute ?? 0) - offsetMinutes) * 60 + Number(second ?? 0);
  return midnight + seconds * 1000 + Number((fraction ?? '0').padEnd(3, '0'));
}

/** As a date where it is one. */
export function formatInstant(at: EpochMs): string {
  const text = new Date(at).toISOString();
  return at % dayMs === 0 ? text.slice(0, 10) : text;
}

export const instant = () =>
  textual(
    'a date such as 2026-10-01 (00:00 UTC), or an instant such as 2026-10-01T08:00:00+08:00',
    parseInstant,
  );
