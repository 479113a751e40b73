import ICAL from 'ical.js';
import { Temporal } from 'temporal-polyfill';
import { findIana } from 'windows-iana';
import { type ValidationIssue, validationError } from '../core/ledger/errors.js';
import { isTimeZone } from '../core/time/calendar.js';
import { type Interval, merge } from '../core/time/intervals.js';
import type { EpochMs } from '../core/types.js';
import { type ImportReading, partsOf, type PlacedInput } from './exclusion-files.js';
import type { CalendarDefaults } from './exclusion-input.js';

const timeRule =
  'a time in UTC (20261001T080000Z), or with a TZID that is an IANA or Windows zone or has a VTIMEZONE';
const zoneRule = 'X-WR-TIMEZONE in the calendar, or the zone of the import (--zone Asia/Hong_Kong)';
const maxWindows = 1000;
const dayMs = 86_400_000;

/** What a calendar says of all its events. */
interface CalendarContext {
  /** By the TZID of each VTIMEZONE. */
  readonly zones: ReadonlyMap<string, ICAL.Timezone>;
  /** Of floating times and whole days; null: there is none. */
  readonly zone: string | null;
  readonly now: EpochMs;
}

/** As IANA has it, or as the file itself defines it. */
type Zone = string | ICAL.Timezone;

/** Thrown for what an event says that can't be read; reported as a validation error with its place. */
class EventError extends Error {
  constructor(
    readonly field: string,
    readonly what: string,
    readonly allowed: string,
  ) {
    super(what);
  }
}

/**
 * The events of an iCalendar file (RFC 5545) → exclusions, one for each UID: all windows of a recurring event, without
 * its exceptions and with its overrides. SUMMARY is the reason, UID the source, CREATED (else DTSTAMP) the notice;
 * X-POP-SLA-KIND, -SCOPE, -NOTICES and -PROOF say the rest, else `defaults`. What was called off, by STATUS or METHOD,
 * is given separately.
 */
export function readExclusionsIcal(
  text: string,
  defaults: CalendarDefaults,
  now = Date.now(),
): ImportReading {
  let calendars: ICAL.Component[];
  try {
    const parsed = ICAL.parse(text.replace(/^\ufeff/, '').trim()) as unknown[];
    // A file may hold several calendars, one after the other.
    const each = Array.isArray(parsed[0]) ? (parsed as unknown[][]) : [parsed];
    calendars = each.map((one) => new ICAL.Component(one));
    if (calendars.length === 0 || calendars.some(({ name }) => name !== 'vcalendar'))
      throw new Error('it has no VCALENDAR');
  } catch (error) {
    const what = `is no iCalendar: ${(error as Error).message.split('\n', 1)[0] ?? ''}`;
    return { ok: false, refusals: [validationError('file', what, 'one VCALENDAR with VEVENTs (RFC 5545)')] };
  }
  const refusals: ValidationIssue[] = [];
  const inputs: PlacedInput[] = [];
  const cancelled: { place: string; source: string }[] = [];
  for (const calendar of calendars) {
    const context = contextOf(calendar, defaults, now);
    const isCancel = textOf(calendar, 'method')?.toUpperCase() === 'CANCEL';
    for (const { master, overrides, place, uid } of seriesOf(calendar)) {
      if ((isCancel && !master.hasProperty('recurrence-id')) || isCancelled(master)) {
        if (uid !== undefined) cancelled.push({ place, source: sourceOf(master) ?? uid });
        continue;
      }
      try {
        const intervals = windowsOf(master, overrides, context);
        if (intervals.length > 0)
          inputs.push({ place, input: inputOfEvent(master, intervals, defaults), event: true });
        else if (uid !== undefined) cancelled.push({ place, source: sourceOf(master) ?? uid });
      } catch (error) {
        if (!(error instanceof EventError)) throw error;
        refusals.push(validationError(`${place}: ${error.field}`, error.what, error.allowed));
      }
    }
  }
  return refusals.length > 0 ? { ok: false, refusals } : { ok: true, inputs, cancelled };
}

function contextOf(calendar: ICAL.Component, defaults: CalendarDefaults, now: EpochMs): CalendarContext {
  const zones = new Map(
    calendar.getAllSubcomponents('vtimezone').map((component) => {
      const zone = new ICAL.Timezone(component);
      return [zone.tzid, zone] as const;
    }),
  );
  const written = defaults.zone ?? textOf(calendar, 'x-wr-timezone') ?? null;
  return { zones, zone: written, now };
}

const isCancelled = (event: ICAL.Component): boolean =>
  textOf(event, 'status')?.toUpperCase() === 'CANCELLED';

interface Series {
  readonly master: ICAL.Component;
  readonly overrides: readonly ICAL.Component[];
  readonly place: string;
  readonly uid: string | undefined;
}

/** Events by their UID: the newest of each, and what replaces single windows of it. */
function seriesOf(calendar: ICAL.Component): Series[] {
  const events = calendar.getAllSubcomponents('vevent').map((event, index) => {
    const uid = textOf(event, 'uid');
    return { event, uid, place: `event ${index + 1}${uid === undefined ? '' : ` (${uid.slice(0, 60)})`}` };
  });
  const byUid = new Map<string, typeof events>();
  for (const one of events) {
    const key = one.uid ?? `\u0000${one.place}`;
    byUid.set(key, [...(byUid.get(key) ?? []), one]);
  }
  return [...byUid.values()].flatMap((all): Series[] => {
    const newest = (some: typeof events) => [...some].sort((a, b) => versionOf(b.event) - versionOf(a.event));
    const [master] = newest(all.filter(({ event }) => !event.hasProperty('recurrence-id')));
    const ofWindows = new Map<string, (typeof events)[number]>();
    for (const one of newest(all.filter(({ event }) => event.hasProperty('recurrence-id'))).reverse())
      ofWindows.set(String(one.event.getFirstPropertyValue('recurrence-id')), one);
    const overrides = [...ofWindows.values()];
    if (master) return [{ ...master, master: master.event, overrides: overrides.map(({ event }) => event) }];
    // A window whose series is not in the file stands for itself.
    return overrides.map((one) => ({ ...one, master: one.event, overrides: [] }));
  });
}

/** Which of two texts of the same event is newer: by SEQUENCE, then by DTSTAMP. */
function versionOf(event: ICAL.Component): number {
  const sequence = Number(event.getFirstPropertyValue('sequence') ?? 0);
  const stamp: unknown = event.getFirstPropertyValue('dtstamp');
  const at = stamp instanceof ICAL.Time ? stamp.toUnixTime() : 0;
  return sequence * 2 ** 34 + at;
}

/** The windows of an event, in their order and disjoint. */
function windowsOf(
  master: ICAL.Component,
  overrides: readonly ICAL.Component[],
  context: CalendarContext,
): Interval[] {
  const start = timeOf(master, 'dtstart', context);
  const endOf = endRule(master, start, context);
  const windows = new Map<EpochMs, Interval>();
  const add = (from: EpochMs, to: EpochMs): void => {
    windows.set(from, { from, to });
    if (windows.size > maxWindows)
      throw new EventError('rrule', `gives more than ${maxWindows} windows`, 'fewer, or an UNTIL or COUNT');
  };
  add(start.at, endOf(start));
  for (const property of master.getAllProperties('rrule')) {
    const rule: unknown = property.getFirstValue();
    if (rule instanceof ICAL.Recur)
      for (const one of occurrences(rule, start, context.now)) add(one.at, endOf(one));
  }
  for (const property of master.getAllProperties('rdate')) {
    for (const value of property.getValues() as unknown[]) {
      if (value instanceof ICAL.Period) {
        const from = placed(value.start, property, context);
        const end: unknown = value.end;
        const to = end instanceof ICAL.Time ? placed(end, property, context).at : after(from, value.duration);
        add(from.at, to);
      } else if (value instanceof ICAL.Time) {
        const one = placed(value, property, context);
        add(one.at, endOf(one));
      }
    }
  }
  for (const property of master.getAllProperties('exdate')) {
    for (const value of property.getValues() as unknown[]) {
      if (!(value instanceof ICAL.Time)) continue;
      const wanted = placed(value, property, context);
      for (const from of windows.keys())
        if (
          from === wanted.at ||
          (value.isDate && dayOf(from, wanted.zone) === dayOf(wanted.at, wanted.zone))
        )
          windows.delete(from);
    }
  }
  for (const override of overrides) {
    if (override.getFirstProperty('recurrence-id')?.getParameter('range') !== undefined)
      throw new EventError(
        'recurrence-id',
        'changes all windows to come (RANGE)',
        'one RECURRENCE-ID a window',
      );
    windows.delete(timeOf(override, 'recurrence-id', context).at);
  }
  for (const override of overrides) {
    if (isCancelled(override)) continue;
    const from = timeOf(override, 'dtstart', context);
    add(from.at, endRule(override, from, context)(from));
  }
  const sorted = [...windows.values()].sort((a, b) => a.from - b.from);
  // A window that ends before it begins is reported as such by the rules of exclusions.
  if (sorted.some(({ from, to }) => from >= to)) return sorted;
  return exactly(master, [...merge(sorted)]);
}

/** The file has whole seconds; an export of ours says the milliseconds beside, as long as nobody moved the windows. */
function exactly(master: ICAL.Component, windows: Interval[]): Interval[] {
  const written =
    ownText(master, 'intervals')
      ?.split('|')
      .map((word) => word.split('/').map(Date.parse)) ?? [];
  const fine = written.map(([from = NaN, to = NaN]) => ({ from, to }));
  const second = (at: EpochMs): number => Math.floor(at / 1000);
  const same =
    fine.length === windows.length &&
    fine.every(({ from, to }, index) => {
      const window = windows[index];
      return window && second(from) === second(window.from) && second(to) === second(window.to);
    });
  return same ? fine : windows;
}

/** An instant, and the local time and zone that it was written as. */
interface Placed {
  readonly at: EpochMs;
  readonly time: ICAL.Time;
  readonly zone: Zone;
}

/** Local starts of a rule. An endless one gives those of this year and the next. */
function* occurrences(rule: ICAL.Recur, start: Placed, now: EpochMs): Generator<Placed> {
  const { until } = rule as { until: ICAL.Time | null };
  const endless = until === null && rule.count === null;
  const year = new Date(now).getUTCFullYear();
  const [first, last] = [Date.UTC(year, 0, 1), Date.UTC(year + 2, 0, 1)];
  // Compared as instants: the library knows no zone of the local times.
  const local = rule.clone();
  (local as { until: ICAL.Time | null }).until = null;
  const end = until === null ? Infinity : untilOf(until, start.zone);
  const iterator = local.iterator(floating(start.time));
  for (let steps = 0; steps < 200_000; steps += 1) {
    const next = iterator.next() as ICAL.Time | null;
    if (next === null) return;
    const at = instantIn(next, start.zone);
    if (at > end || (endless && at >= last)) return;
    if (!endless || at >= first) yield { at, time: next, zone: start.zone };
  }
}

function untilOf(until: ICAL.Time, zone: Zone): EpochMs {
  if (until.isDate) return instantIn(floating(until), zone) + dayMs - 1;
  return instantIn(until, until.zone === ICAL.Timezone.utcTimezone ? 'UTC' : zone);
}

/** Without a zone, so that the library reckons with what stands on the wall. */
const floating = ({ year, month, day, hour, minute, second, isDate }: ICAL.Time): ICAL.Time =>
  new ICAL.Time({ year, month, day, hour, minute, second, isDate }, ICAL.Timezone.localTimezone);

/** How the end of a window follows from its start: DTEND for as long as the first one takes, DURATION by the calendar. */
function endRule(event: ICAL.Component, start: Placed, context: CalendarContext): (from: Placed) => EpochMs {
  const duration: unknown = event.getFirstPropertyValue('duration');
  if (event.hasProperty('dtend')) {
    const end = timeOf(event, 'dtend', context);
    // Whole days are days of the calendar, however long they are.
    if (start.time.isDate && end.time.isDate) {
      const days = Math.round((Date.UTC(...ymd(end.time)) - Date.UTC(...ymd(start.time))) / dayMs);
      return (from) => after(from, new ICAL.Duration({ days }));
    }
    const length = end.at - start.at;
    return ({ at }) => at + length;
  }
  if (duration instanceof ICAL.Duration) return (from) => after(from, duration);
  if (start.time.isDate) return (from) => after(from, new ICAL.Duration({ days: 1 }));
  throw new EventError('dtend', 'is missing', `${timeRule}; or a DURATION`);
}

const ymd = ({ year, month, day }: ICAL.Time): [number, number, number] => [year, month - 1, day];

/** Weeks and days of a duration are those of the calendar, also over a change of the clock; the rest is elapsed time. */
function after({ time, zone }: Placed, duration: ICAL.Duration): EpochMs {
  const { weeks, days, hours, minutes, seconds, isNegative } = duration;
  const sign = isNegative ? -1 : 1;
  const moved = floating(time);
  moved.isDate = false;
  moved.day += sign * (weeks * 7 + days);
  return instantIn(moved, zone) + sign * ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

function timeOf(event: ICAL.Component, name: string, context: CalendarContext): Placed {
  const property = event.getFirstProperty(name);
  const value: unknown = property?.getFirstValue();
  if (property && value instanceof ICAL.Time) return placed(value, property, context);
  throw new EventError(name, 'is missing', timeRule);
}

function placed(time: ICAL.Time, property: ICAL.Property, context: CalendarContext): Placed {
  const zone = zoneOf(time, property, context);
  return { at: instantIn(time, zone), time, zone };
}

function zoneOf(time: ICAL.Time, property: ICAL.Property, { zones, zone }: CalendarContext): Zone {
  if (time.zone === ICAL.Timezone.utcTimezone && !time.isDate) return 'UTC';
  const tzid: unknown = property.getParameter('tzid');
  const name = typeof tzid === 'string' && tzid !== '' ? tzid : zone;
  if (name !== null) {
    const known = ianaOf(name) ?? zones.get(name) ?? findIana(name)[0];
    if (known !== undefined) return known;
    const what = `has an unknown zone, ${JSON.stringify(name.slice(0, 40))}`;
    throw new EventError(property.name, what, timeRule);
  }
  const what = time.isDate
    ? 'is a whole day, which begins at another instant in every zone'
    : 'is floating: it has no zone';
  throw new EventError(property.name, what, `${timeRule}; or ${zoneRule}`);
}

/** An IANA zone by its name, or by a name with the prefix of a program: `/freeassociation.sourceforge.net/Europe/Rome`. */
function ianaOf(tzid: string): string | undefined {
  if (isTimeZone(tzid)) return tzid;
  if (!tzid.startsWith('/')) return undefined;
  const parts = tzid.split('/').filter(Boolean);
  const ends = [3, 2, 1].map((count) => parts.slice(-count).join('/'));
  return ends.find((name) => isTimeZone(name));
}

/** Local times that a change of the clock skips or repeats are read as RFC 5545 says: with the offset before it. */
function instantIn({ year, month, day, hour, minute, second, isDate }: ICAL.Time, zone: Zone): EpochMs {
  const local = isDate
    ? { year, month, day, hour: 0, minute: 0, second: 0 }
    : { year, month, day, hour, minute, second: Math.min(second, 59) };
  if (typeof zone === 'string')
    return Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds;
  return new ICAL.Time(local, zone).toUnixTime() * 1000;
}

const dayOf = (at: EpochMs, zone: Zone): string =>
  typeof zone === 'string'
    ? Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString()
    : ICAL.Time.fromJSDate(new Date(at), true).convertToZone(zone).toString().slice(0, 10);

function inputOfEvent(
  event: ICAL.Component,
  intervals: readonly Interval[],
  defaults: CalendarDefaults,
): PlacedInput['input'] {
  const list = (name: string): string[] | undefined => {
    const text = ownText(event, name);
    return text === undefined ? undefined : partsOf(text);
  };
  const stamp = [event.getFirstPropertyValue('created'), event.getFirstPropertyValue('dtstamp')].find(
    (one): one is ICAL.Time => (one as unknown) instanceof ICAL.Time,
  );
  const notice = stamp === undefined ? [] : [new Date(stamp.toUnixTime() * 1000).toISOString()];
  const isOurs = event.hasProperty('x-pop-sla-kind');
  return {
    kind: ownText(event, 'kind') ?? defaults.kind,
    scope: list('scope') ?? defaults.scope,
    notices: list('notices') ?? (isOurs ? [] : defaults.notices?.length ? defaults.notices : notice),
    reason: textOf(event, 'summary') ?? defaults.reason,
    proof: ownText(event, 'proof') ?? defaults.proof,
    source: sourceOf(event),
    intervals,
  };
}

/** The UID; of an export of ours the source that was exported, or none. */
function sourceOf(event: ICAL.Component): string | undefined {
  const uid = textOf(event, 'uid');
  const recurrence: unknown = event.getFirstPropertyValue('recurrence-id');
  if (event.hasProperty('x-pop-sla-kind')) {
    const own = ownText(event, 'source');
    return own ?? (uid !== undefined && /^X\d+@pop-sla$/.test(uid) ? undefined : uid);
  }
  return recurrence instanceof ICAL.Time ? `${uid ?? ''}#${recurrence.toString()}` : uid;
}

/** A property of ours. The library leaves the escapes in what it does not know, unless the property says VALUE=TEXT. */
function ownText(event: ICAL.Component, name: string): string | undefined {
  const property = event.getFirstProperty(`x-pop-sla-${name}`);
  const value: unknown = property?.getFirstValue();
  if (typeof value !== 'string' || value === '') return undefined;
  if (property?.type === 'text') return value;
  return value.replace(/\\([\\;,nN])/g, (_whole, sign: string) => (sign.toLowerCase() === 'n' ? '\n' : sign));
}

function textOf(component: ICAL.Component, name: string): string | undefined {
  const value: unknown = component.getFirstPropertyValue(name);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
