import ICAL from 'ical.js';
import { type Interval, merge } from '../../core/time/intervals.js';
import type { EpochMs } from '../../core/types.js';
import { createRule, maxWindows } from './rule.js';
import { durationOf, EventError, valuesOf, type WallTime } from './values.js';
import { type FileZones, instantOf, wallOf, type Zone, zoneNamed } from './zones.js';

const timeRule =
  'a time in UTC (20261001T080000Z), or with a TZID that is an IANA or Windows zone or has a VTIMEZONE';
const zoneRule = 'X-WR-TIMEZONE in the calendar, or the zone of the import (--zone Asia/Hong_Kong)';
const dayMs = 86_400_000;

/** What a calendar says of all its events. */
export interface CalendarContext {
  readonly zones: FileZones;
  /** Of floating times and whole days; null: there is none. */
  readonly zone: string | null;
  readonly now: EpochMs;
}

/** What replaces one window of a series, or calls it off. */
interface Override {
  readonly event: ICAL.Component;
  readonly isOff: boolean;
}

interface EventWindows {
  /** In their order and disjoint. */
  readonly windows: readonly Interval[];
  /** Of a series without an end: windows that begin in this time were asked for, and no others. */
  readonly horizon: Interval | null;
}

/** An instant, and the local time and zone that it was written as. */
interface Placed {
  readonly at: EpochMs;
  readonly wall: number;
  readonly isDate: boolean;
  readonly zone: Zone;
}

/** A window before what replaces it is known. `to`: where it does not follow from the event. */
interface Occurrence extends Placed {
  readonly to: EpochMs | null;
}

export function windowsOf(
  master: ICAL.Component,
  overrides: readonly Override[],
  context: CalendarContext,
): EventWindows {
  const start = timeOf(master, 'dtstart', context);
  const endOf = endRule(master, start, context);
  const found = new Map<EpochMs, Occurrence>();
  const add = (one: Placed, to: EpochMs | null = null): void => {
    const { at, wall, isDate, zone } = one;
    found.set(at, { at, wall, isDate, zone, to });
    if (found.size > maxWindows)
      throw new EventError('rrule', `gives more than ${maxWindows} windows`, 'fewer, or an UNTIL or COUNT');
  };
  const rules = rulesOf(master, 'rrule', start);
  const horizon = rules.some(({ isEndless }) => isEndless) ? horizonOf(start, context.now) : null;
  const [first, last] = horizon ? [horizon.from, horizon.to - 1] : [-Infinity, Infinity];
  if (start.at >= first) add(start);
  for (const rule of rules) {
    for (const one of placedBy(rule, start, first, last)) add(one);
  }
  for (const value of valuesOf(master, 'rdate')) {
    if (value.kind === 'time') {
      // A date beside times is the event's own time on that day.
      const onDay = value.time.isDate && !start.isDate;
      const { zone } = placed(value.time, value.property, context, start.zone);
      const wall = onDay ? value.time.wall + (start.wall % dayMs) : value.time.wall;
      add({ at: instantOf(wall, zone), wall, isDate: value.time.isDate && start.isDate, zone });
    } else {
      const from = placed(value.start, value.property, context, start.zone);
      const { end } = value;
      add(
        from,
        end instanceof ICAL.Duration ? after(from, end) : placed(end, value.property, context, start.zone).at,
      );
    }
  }
  for (const rule of rulesOf(master, 'exrule', start))
    for (const { at } of placedBy(rule, start, first, Math.max(...found.keys()))) found.delete(at);
  for (const value of valuesOf(master, 'exdate')) {
    if (value.kind !== 'time') continue;
    const names = namer(value.time, value.property, context, start);
    for (const one of found.values()) if (names(one)) found.delete(one.at);
  }
  const windows = replaced([...found.values()], overrides, { start, endOf, context });
  // A window that ends before it begins is reported as such by the rules of exclusions.
  if (windows.some(({ from, to }) => from >= to)) return { windows, horizon };
  return { windows: [...merge(windows)], horizon };
}

interface Series {
  readonly start: Placed;
  readonly endOf: (from: Placed) => EpochMs;
  readonly context: CalendarContext;
}

/** Windows with what replaces single ones of them, or all of them from one on (RANGE=THISANDFUTURE). */
function replaced(
  found: readonly Occurrence[],
  overrides: readonly Override[],
  { start, endOf, context }: Series,
): Interval[] {
  const read = overrides.map((override) => {
    const id = recurrenceOf(override.event);
    const names = namer(id.time, id.property, context, start);
    const at = found.find(names)?.at ?? placed(id.time, id.property, context, start.zone).at;
    return { ...override, names, at, range: rangeOf(id.property) };
  });
  const ranges = read.filter(({ range }) => range).sort((a, b) => a.at - b.at);
  const single = read.filter(({ range }) => !range);
  const windows: Interval[] = [];
  for (const one of found) {
    if (single.some(({ names }) => names(one))) continue;
    const range = ranges.filter(({ at }) => at <= one.at).at(-1);
    if (range?.isOff) continue;
    if (range === undefined) {
      windows.push({ from: one.at, to: one.to ?? endOf(one) });
      continue;
    }
    if (range.event.hasProperty('rrule') || range.event.hasProperty('rdate'))
      throw new EventError(
        'recurrence-id',
        'changes all windows to come (RANGE) by a rule of its own',
        'a time and a DURATION or DTEND, or another event',
      );
    const from = timeOf(range.event, 'dtstart', context);
    const moved = from.wall - wallOf(range.at, from.zone) + wallOf(one.at, from.zone);
    const placedAnew = { at: instantOf(moved, from.zone), wall: moved, isDate: from.isDate, zone: from.zone };
    windows.push({ from: placedAnew.at, to: endRule(range.event, from, context)(placedAnew) });
  }
  for (const { event, isOff } of single) {
    if (isOff) continue;
    const from = timeOf(event, 'dtstart', context);
    windows.push({ from: from.at, to: endRule(event, from, context)(from) });
  }
  return windows.sort((a, b) => a.from - b.from);
}

/** The RECURRENCE-ID of an event that replaces a window. */
function recurrenceOf(event: ICAL.Component): { readonly time: WallTime; readonly property: ICAL.Property } {
  const [id] = valuesOf(event, 'recurrence-id');
  if (id?.kind !== 'time') throw new EventError('recurrence-id', 'is no time', timeRule);
  return id;
}

/** Whether a RECURRENCE-ID is of all windows to come too. */
function rangeOf(property: ICAL.Property): boolean {
  const range: unknown = property.getParameter('range');
  if (range === undefined) return false;
  if (typeof range === 'string' && range.toUpperCase() === 'THISANDFUTURE') return true;
  throw new EventError('recurrence-id', 'has an unknown RANGE', 'THISANDFUTURE, or none');
}

/** The instant of the window that an event replaces, and whether it is of all windows after it too. */
export function replacedBy(
  event: ICAL.Component,
  context: CalendarContext,
): { readonly at: EpochMs; readonly range: boolean } {
  const id = recurrenceOf(event);
  const [start] = valuesOf(event, 'dtstart');
  const zone = start?.kind === 'time' ? placed(start.time, start.property, context).zone : undefined;
  return { at: placed(id.time, id.property, context, zone).at, range: rangeOf(id.property) };
}

/** Which windows a date or time of EXDATE and RECURRENCE-ID names. */
function namer(
  time: WallTime,
  property: ICAL.Property,
  context: CalendarContext,
  start: Placed,
): (one: Placed) => boolean {
  const { at, wall, zone } = placed(time, property, context, start.zone);
  const day = Math.floor(wall / dayMs);
  // The days of whole days are those that are written, and programs write them as midnights in UTC too.
  if (start.isDate)
    return (one) => one.at === at || (wall % dayMs === 0 && Math.floor(one.wall / dayMs) === day);
  if (time.isDate) return (one) => Math.floor(wallOf(one.at, zone) / dayMs) === day;
  return (one) => one.at === at;
}

const rulesOf = (event: ICAL.Component, name: string, start: Placed) =>
  event
    .getAllProperties(name)
    .map((property) =>
      createRule(property, start.wall, ({ wall, isDate, isUtc }) =>
        isDate ? wall + dayMs - 1 : isUtc ? wallOf(wall, start.zone) : wall,
      ),
    );

function* placedBy(
  rule: ReturnType<typeof createRule>,
  { wall: begin, zone, isDate }: Placed,
  first: EpochMs,
  last: EpochMs,
): Generator<Placed> {
  // Local times are a day from UTC at most.
  for (const wall of rule.between(Math.max(first - dayMs, begin), Math.min(last + dayMs, 8e15))) {
    const at = instantOf(wall, zone);
    if (at >= first && at <= last) yield { at, wall, isDate, zone };
  }
}

/** A series without an end is read for this year and the next, or for its first two years. */
function horizonOf({ at }: Placed, now: EpochMs): Interval {
  const year = new Date(Math.max(at, now)).getUTCFullYear();
  return { from: Date.UTC(year, 0, 1), to: Date.UTC(year + 2, 0, 1) };
}

/** How the end of a window follows from its start: DTEND for as long as the first one takes, DURATION by the calendar. */
function endRule(event: ICAL.Component, start: Placed, context: CalendarContext): (from: Placed) => EpochMs {
  if (event.hasProperty('dtend')) {
    const end = timeOf(event, 'dtend', context, start.zone);
    // Whole days are days of the calendar, however long they are.
    if (start.isDate && end.isDate) {
      const days = end.wall - start.wall;
      return ({ wall, zone }) => instantOf(wall + days, zone);
    }
    const length = end.at - start.at;
    return ({ at }) => at + length;
  }
  const duration = durationOf(event);
  if (duration !== undefined) return (from) => after(from, duration);
  if (start.isDate) return ({ wall, zone }) => instantOf(wall + dayMs, zone);
  throw new EventError('dtend', 'is missing', `${timeRule}; or a DURATION`);
}

/** Weeks and days of a duration are those of the calendar, also over a change of the clock; the rest is elapsed time. */
function after({ wall, zone }: Placed, duration: ICAL.Duration): EpochMs {
  const { weeks, days, hours, minutes, seconds, isNegative } = duration;
  const sign = isNegative ? -1 : 1;
  const moved = wall + sign * (weeks * 7 + days) * dayMs;
  return instantOf(moved, zone) + sign * ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

function timeOf(event: ICAL.Component, name: string, context: CalendarContext, zone?: Zone): Placed {
  const [value] = valuesOf(event, name);
  if (value?.kind === 'time') return placed(value.time, value.property, context, zone);
  throw new EventError(name, 'is missing', timeRule);
}

/** `byStart`: the zone of the event's start, which its other times share where they do not say another one. */
function placed(
  { wall, isDate, isUtc }: WallTime,
  property: ICAL.Property,
  { zones, zone: ofCalendar }: CalendarContext,
  byStart?: Zone,
): Placed {
  const zone = ((): Zone => {
    if (isUtc) return 'UTC';
    const tzid: unknown = property.getParameter('tzid');
    const isNamed = typeof tzid === 'string' && tzid !== '';
    if (!isNamed && byStart !== undefined) return byStart;
    const name = isNamed ? tzid : ofCalendar;
    if (name !== null) {
      const known = zoneNamed(name, zones);
      if (known !== undefined) return known;
      const what = `has an unknown zone, ${JSON.stringify(name.slice(0, 40))}`;
      throw new EventError(property.name, what, timeRule);
    }
    const what = isDate
      ? 'is a whole day, which begins at another instant in every zone'
      : 'is floating: it has no zone';
    throw new EventError(property.name, what, `${timeRule}; or ${zoneRule}`);
  })();
  return { at: instantOf(wall, zone), wall, isDate, zone };
}
