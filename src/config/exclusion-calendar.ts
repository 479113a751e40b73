import ICAL from 'ical.js';
import { type ValidationIssue, validationError } from '../core/ledger/errors.js';
import type { EventVersion } from '../core/ledger/event-version.js';
import type { Interval } from '../core/time/intervals.js';
import type { EpochMs } from '../core/types.js';
import { EventError, valuesOf, writtenValues } from './calendar/values.js';
import { type CalendarContext, replacedBy, windowsOf } from './calendar/windows.js';
import { fileZonesOf } from './calendar/zones.js';
import { type CancelledWindow, type ImportReading, partsOf, type PlacedInput } from './exclusion-files.js';
import type { CalendarDefaults } from './exclusion-input.js';

/**
 * The events of an iCalendar file (RFC 5545) → exclusions, one for each UID: all windows of a recurring event, without
 * its exceptions and with its overrides. SUMMARY is the reason, UID the source, CREATED (else DTSTAMP) the notice;
 * X-POP-SLA-KIND, -SCOPE, -NOTICES and -PROOF say the rest, else `defaults`. What was called off, by STATUS or METHOD,
 * is given separately. A file may hold several calendars, one after the other; an event is the same in all of them.
 */
export function readExclusionsIcal(
  text: string,
  defaults: CalendarDefaults,
  now = Date.now(),
): ImportReading {
  let calendars: ICAL.Component[];
  try {
    const parsed = ICAL.parse(text.replace(/^\ufeff/, '').trim()) as unknown[];
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
  const cancelled: CancelledWindow[] = [];
  for (const series of seriesOf(calendars.flatMap((one) => eventsOf(one, defaults, now)))) {
    const { place } = series.master;
    try {
      const read = readSeries(series, defaults);
      cancelled.push(...read.cancelled);
      if (read.input) inputs.push(read.input);
    } catch (error) {
      if (!(error instanceof EventError)) throw error;
      refusals.push(validationError(`${place}: ${error.field}`, error.what, error.allowed));
    }
  }
  return refusals.length > 0 ? { ok: false, refusals } : { ok: true, inputs, cancelled };
}

/** An event with what its calendar says of it. */
interface CalendarEvent {
  readonly event: ICAL.Component;
  readonly uid: string | undefined;
  readonly context: CalendarContext;
  /** Whether it was called off, by itself or by its calendar. */
  readonly isOff: boolean;
  /** Whether it is one window of a series. */
  readonly isOverride: boolean;
}

function eventsOf(calendar: ICAL.Component, defaults: CalendarDefaults, now: EpochMs): CalendarEvent[] {
  const zone = defaults.zone ?? textOf(calendar, 'x-wr-timezone') ?? null;
  const context = { zones: fileZonesOf(calendar), zone, now };
  const isCancel = textOf(calendar, 'method')?.trim().toUpperCase() === 'CANCEL';
  return calendar.getAllSubcomponents('vevent').map((event) => ({
    event,
    uid: textOf(event, 'uid'),
    context,
    isOff: isCancel || textOf(event, 'status')?.trim().toUpperCase() === 'CANCELLED',
    isOverride: event.hasProperty('recurrence-id'),
  }));
}

type PlacedEvent = CalendarEvent & { readonly place: string };

interface Series {
  readonly master: PlacedEvent;
  readonly overrides: readonly PlacedEvent[];
  /** Other texts of the master with the same version. */
  readonly twins: readonly PlacedEvent[];
}

/** Events by their UID: the newest of each, and what replaces single windows of it. */
function seriesOf(events: readonly CalendarEvent[]): Series[] {
  const byUid = new Map<string, PlacedEvent[]>();
  for (const [index, one] of events.entries()) {
    const { event, uid, context, isOff, isOverride } = one;
    const place = `event ${index + 1}${uid === undefined ? '' : ` (${uid.slice(0, 60)})`}`;
    const key = uid ?? `\u0000${place}`;
    const placed = { event, uid, context, isOff, isOverride, place };
    byUid.set(key, [...(byUid.get(key) ?? []), placed]);
  }
  return [...byUid.values()].flatMap((all): Series[] => {
    // Of two of the same version the one that calls it off counts: what is in doubt excuses nothing.
    const newest = (some: readonly PlacedEvent[]) =>
      [...some].sort((a, b) => versionOf(b.event) - versionOf(a.event) || Number(b.isOff) - Number(a.isOff));
    const [master, ...older] = newest(all.filter(({ isOverride }) => !isOverride));
    const ofWindows = new Map<string, PlacedEvent>();
    for (const one of newest(all.filter(({ isOverride }) => isOverride)).reverse())
      ofWindows.set(String(one.event.getFirstProperty('recurrence-id')?.toICALString()), one);
    const overrides = [...ofWindows.values()];
    // A window whose series is not in the file stands for itself.
    if (!master) return overrides.map((one) => ({ master: one, overrides: [], twins: [] }));
    const twins = older.filter(({ event }) => versionOf(event) === versionOf(master.event));
    return [{ master, overrides, twins }];
  });
}

/** Which of two texts of the same event is newer: by SEQUENCE, then by DTSTAMP. */
function versionOf(event: ICAL.Component): number {
  return (sequenceOf(event) ?? 0) * 2 ** 34 + Math.floor((utcOf(event, 'dtstamp') ?? 0) / 1000);
}

/** Null: it has none, which counts as 0 (RFC 5545). */
function sequenceOf(event: ICAL.Component): number | null {
  const [written] = writtenValues(event.getFirstProperty('sequence'));
  return written === undefined ? null : Number(written) || 0;
}

/** Which text of an event it is, beside those of other files. An export of ours is none of the calendar's own texts. */
function textVersion({ master, overrides }: Series): { readonly version?: EventVersion } {
  const { event, isOff } = master;
  const source = sourceOf(event);
  const given = sequenceOf(event);
  if (source === undefined || (given === null && event.hasProperty('x-pop-sla-kind'))) return {};
  const stamp = utcOf(event, 'dtstamp');
  return {
    version: {
      source,
      // What is in doubt excuses nothing: programs call off without a SEQUENCE.
      sequence: given ?? (isOff ? null : 0),
      stamp: stamp !== null && stamp > earliest ? stamp : null,
      overrides: Math.max(0, ...overrides.map((one) => sequenceOf(one.event) ?? 0)),
    },
  };
}

/** What has to be the same in two events of one UID and version. */
const times = ['dtstart', 'dtend', 'duration', 'rrule', 'rdate', 'exdate', 'exrule'];
const timesIn = ({ event }: PlacedEvent): string =>
  JSON.stringify(times.map((name) => event.getAllProperties(name).map(writtenValues)));

function readSeries(
  series: Series,
  defaults: CalendarDefaults,
): { readonly input?: PlacedInput; readonly cancelled: CancelledWindow[] } {
  const { master, overrides, twins } = series;
  const { event, uid, place, context, isOff, isOverride } = master;
  const version = textVersion(series);
  const source = sourceOf(event) ?? uid;
  const off = source === undefined ? [] : [{ place, source, ...version }];
  // What the series has at that time, which an earlier file may have brought, is not so any more.
  const replaced = isOverride ? replacedBy(event, context) : null;
  if (replaced?.range === true)
    throw new EventError(
      'recurrence-id',
      'changes all windows to come (RANGE) of a series that is not in the file',
      'a file with the whole series',
    );
  const ofSeries = replaced && uid !== undefined ? [{ place, source: uid, at: replaced.at, ...version }] : [];
  if (isOff) return { cancelled: [...ofSeries, ...off] };
  if (twins.some((twin) => timesIn(twin) !== timesIn(master)))
    throw new EventError(
      'uid',
      `is of several events, which have other times: ${twins.map((twin) => twin.place).join(', ')}`,
      'one UID an event, and a higher SEQUENCE or later DTSTAMP for a newer text of it',
    );
  const { windows, horizon } = windowsOf(event, overrides, context);
  if (windows.length === 0) return { cancelled: [...ofSeries, ...off] };
  const input = inputOfEvent(event, exactly(event, windows), defaults);
  return {
    input: { place, input, event: true, ...(horizon && { horizon }), ...version },
    cancelled: ofSeries,
  };
}

/** The file has whole seconds; an export of ours says the milliseconds beside, as long as nobody moved the windows. */
function exactly(master: ICAL.Component, windows: readonly Interval[]): readonly Interval[] {
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

function inputOfEvent(
  event: ICAL.Component,
  intervals: readonly Interval[],
  defaults: CalendarDefaults,
): PlacedInput['input'] {
  const list = (name: string): string[] | undefined => {
    const text = ownText(event, name);
    return text === undefined ? undefined : partsOf(text);
  };
  // Programs write the year 0 or 1900 for what they do not know.
  const stamp = [utcOf(event, 'created'), utcOf(event, 'dtstamp')].find((at) => at !== null && at > earliest);
  const notice = stamp == null ? [] : [new Date(stamp).toISOString()];
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

const earliest = Date.UTC(1990, 0, 1);

/** A time in UTC of an event; null: it has none that can be read. */
function utcOf(event: ICAL.Component, name: string): EpochMs | null {
  try {
    const [value] = valuesOf(event, name);
    return value?.kind === 'time' ? value.time.wall : null;
  } catch (error) {
    if (error instanceof EventError) return null;
    throw error;
  }
}

/** The UID; of an export of ours the source that was exported, or none. */
function sourceOf(event: ICAL.Component): string | undefined {
  const uid = textOf(event, 'uid');
  const [recurrence] = writtenValues(event.getFirstProperty('recurrence-id'));
  if (event.hasProperty('x-pop-sla-kind')) {
    const own = ownText(event, 'source');
    return own ?? (uid !== undefined && /^X\d+@pop-sla$/.test(uid) ? undefined : uid);
  }
  return typeof recurrence === 'string' ? `${uid ?? ''}#${recurrence}` : uid;
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
