import ICAL from 'ical.js';

/** Thrown for what an event says that can't be read; reported as a validation error with its place. */
export class EventError extends Error {
  constructor(
    readonly field: string,
    readonly what: string,
    readonly allowed: string,
  ) {
    super(what);
  }
}

/** A time as it stands in a calendar, before its zone is known. */
export interface WallTime {
  /** What the clock on the wall shows, in milliseconds as if it were UTC. */
  readonly wall: number;
  readonly isDate: boolean;
  readonly isUtc: boolean;
}

type CalendarValue =
  | { readonly kind: 'time'; readonly time: WallTime; readonly property: ICAL.Property }
  | {
      readonly kind: 'period';
      readonly start: WallTime;
      readonly end: WallTime | ICAL.Duration;
      readonly property: ICAL.Property;
    };

const timeForm = 'a time such as 20261001T080000Z, or a date such as 20261001, that there is';

/** The values of a property as jCal has them (RFC 7265), before the library makes something of them. */
export const writtenValues = (property: ICAL.Property | null): readonly unknown[] =>
  property === null ? [] : (property.toJSON() as readonly unknown[]).slice(3);

/** All times and periods of the properties of a name. Throws an `EventError` for what is none, or is on no calendar. */
export function valuesOf(component: ICAL.Component, name: string): CalendarValue[] {
  return component.getAllProperties(name).flatMap((property) => {
    // As the file has them: the library makes 5 January of the 99th hour of a 13th month.
    const written = writtenValues(property);
    return written.map((one): CalendarValue => {
      if (typeof one === 'string') return { kind: 'time', time: readTime(one, name), property };
      const [start, end] = Array.isArray(one) ? (one as readonly unknown[]) : [];
      if (property.type !== 'period' || typeof start !== 'string' || typeof end !== 'string')
        throw new EventError(name, 'is no time', timeForm);
      const to = /^[+-]?P/.test(end) ? readDuration(end, name) : readTime(end, name);
      return { kind: 'period', start: readTime(start, name), end: to, property };
    });
  });
}

/** Of a jCal text: `2026-10-01`, `2026-10-01T08:00:00Z`. */
export function readTime(text: string, name: string): WallTime {
  const found = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(Z?))?$/.exec(text);
  const [year = NaN, month = NaN, day = NaN, hour = 0, minute = 0, second = 0] =
    found?.slice(1, 7).map((one: string | undefined) => (one === undefined ? 0 : Number(one))) ?? [];
  // A leap second is the one before it.
  const wall = Date.UTC(year, month - 1, day, hour, minute, Math.min(second, 59));
  const isThere =
    new Date(wall).getUTCDate() === day && month <= 12 && hour < 24 && minute < 60 && second <= 60;
  if (!found || !isThere)
    throw new EventError(name, `is no time that there is: ${JSON.stringify(text.slice(0, 40))}`, timeForm);
  return { wall, isDate: found[4] === undefined, isUtc: found[7] === 'Z' };
}

function readDuration(text: string, name: string): ICAL.Duration {
  try {
    return ICAL.Duration.fromString(text);
  } catch {
    throw new EventError(name, `is no duration: ${JSON.stringify(text.slice(0, 40))}`, 'such as PT2H or P1D');
  }
}

/** The first DURATION of an event; undefined: it has none. */
export function durationOf(event: ICAL.Component): ICAL.Duration | undefined {
  const [written] = writtenValues(event.getFirstProperty('duration'));
  return typeof written === 'string' ? readDuration(written, 'duration') : undefined;
}
