import ICAL from 'ical.js';
import { Temporal } from 'temporal-polyfill';
import { findIana } from 'windows-iana';
import { isTimeZone } from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import { EventError, valuesOf, type WallTime } from './values.js';
import { createRule } from './rule.js';

const dayMs = 86_400_000;

/** A zone that a calendar defines itself, by its VTIMEZONE. */
interface FileZone {
  /** How far its clocks are ahead of UTC, in milliseconds. */
  offsetAt(at: EpochMs): number;
}

/** As IANA has it, or as the file defines it. */
export type Zone = string | FileZone;

export type FileZones = ReadonlyMap<string, FileZone>;

/** The zones of a calendar by their TZID; a wrong one is reported once an event uses it. */
export function fileZonesOf(calendar: ICAL.Component): FileZones {
  return new Map(
    calendar.getAllSubcomponents('vtimezone').flatMap((component) => {
      const tzid: unknown = component.getFirstPropertyValue('tzid');
      return typeof tzid === 'string' ? [[tzid, createFileZone(component)] as const] : [];
    }),
  );
}

/** Either half of the year of a VTIMEZONE: a time from which on the clocks are so far ahead. */
interface Observance {
  readonly before: number;
  readonly after: number;
  /** The latest instant not after `at` at which it began; null: it has not begun by then. */
  begunBy(at: EpochMs): EpochMs | null;
  readonly first: EpochMs;
}

function createFileZone(component: ICAL.Component): FileZone {
  let found: readonly Observance[] | null = null;
  const observances = (): readonly Observance[] =>
    (found ??= component
      .getAllSubcomponents()
      .filter(({ name }) => name === 'standard' || name === 'daylight')
      .map(observanceOf)
      .sort((a, b) => a.first - b.first));
  return {
    offsetAt(at) {
      const [earliest] = observances();
      if (earliest === undefined)
        throw new EventError('tzid', 'names a VTIMEZONE without STANDARD or DAYLIGHT', 'RFC 5545');
      let latest: { readonly begun: EpochMs; readonly offset: number } | null = null;
      for (const one of observances()) {
        const begun = one.begunBy(at);
        if (begun !== null && begun >= (latest?.begun ?? -Infinity)) latest = { begun, offset: one.after };
      }
      return latest?.offset ?? earliest.before;
    },
  };
}

function observanceOf(component: ICAL.Component): Observance {
  const offset = (name: string): number => {
    const value: unknown = component.getFirstPropertyValue(name);
    if (value instanceof ICAL.UtcOffset) return value.toSeconds() * 1000;
    throw new EventError('tzid', `names a VTIMEZONE without ${name.toUpperCase()}`, 'RFC 5545');
  };
  const [before, after] = [offset('tzoffsetfrom'), offset('tzoffsetto')];
  const [start] = valuesOf(component, 'dtstart');
  if (start?.kind !== 'time') throw new EventError('tzid', 'names a VTIMEZONE without DTSTART', 'RFC 5545');
  const { wall } = start.time;
  const given = valuesOf(component, 'rdate').flatMap((one) => (one.kind === 'time' ? [one.time.wall] : []));
  const rules = component
    .getAllProperties('rrule')
    .map((property) =>
      createRule(property, wall, (until) => (until.isUtc ? until.wall + before : until.wall)),
    );
  return {
    before,
    after,
    first: wall - before,
    begunBy(at) {
      const until = at + before;
      const walls = [wall, ...given, ...rules.map((rule) => rule.lastBy(until) ?? Infinity)];
      const begun = Math.max(...walls.filter((one) => one <= until));
      return begun === -Infinity ? null : begun - before;
    },
  };
}

/** A zone by its name in a calendar; undefined: nobody knows it. */
export function zoneNamed(name: string, zones: FileZones): Zone | undefined {
  return ianaOf(name) ?? zones.get(name) ?? findIana(name)[0];
}

/** An IANA zone by its name, or by a name with the prefix of a program: `/freeassociation.sourceforge.net/Europe/Rome`. */
function ianaOf(tzid: string): string | undefined {
  if (isTimeZone(tzid)) return tzid;
  if (tzid === 'tzone://Microsoft/Utc') return 'UTC';
  if (!tzid.startsWith('/')) return undefined;
  const parts = tzid.split('/').filter(Boolean);
  const ends = [3, 2, 1].map((count) => parts.slice(-count).join('/'));
  return ends.find((name) => isTimeZone(name));
}

/**
 * The instant of a local time. Those that a change of the clock skips or repeats are read as RFC 5545 says: with the
 * offset before it.
 */
export function instantOf(wall: WallTime['wall'], zone: Zone): EpochMs {
  if (typeof zone === 'string')
    return Temporal.Instant.fromEpochMilliseconds(wall)
      .toZonedDateTimeISO('UTC')
      .toPlainDateTime()
      .toZonedDateTime(zone).epochMilliseconds;
  const offsets = [zone.offsetAt(wall - dayMs), zone.offsetAt(wall + dayMs)];
  const [before = 0] = offsets;
  const instants = offsets.map((offset) => wall - offset).filter((at) => at + zone.offsetAt(at) === wall);
  return instants.length === 0 ? wall - before : Math.min(...instants);
}

/** The local time of an instant. */
export function wallOf(at: EpochMs, zone: Zone): WallTime['wall'] {
  if (typeof zone !== 'string') return at + zone.offsetAt(at);
  const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  return at + offsetNanoseconds / 1_000_000;
}
