import ICAL from 'ical.js';
import { Temporal } from 'temporal-polyfill';
import { refuse, type Refusal } from '../../core/ledger/refusal.js';
import { isTimeZone } from '../../core/time/zone.js';
import type { ImportReading, PlacedInput } from './csv.js';
import type { ExclusionInput } from './exclusion-input.js';

const timeRule = 'a time in UTC (20261001T080000Z), or with a TZID that is an IANA zone';

/**
 * The events of an iCalendar file (RFC 5545) → exclusions. SUMMARY is the reason, UID the source, CREATED (else
 * DTSTAMP) the notice; X-POP-SLA-KIND, -SCOPE, -NOTICES and -PROOF say the rest, else `defaults`. A floating time
 * means another instant in every place, so it is refused, and so is a whole day; a rule of recurrence is too: windows
 * that come again are proposed by a cron expression.
 */
export function readExclusionsIcal(text: string, defaults: ExclusionInput): ImportReading {
  let events: ICAL.Component[];
  try {
    const calendar = new ICAL.Component(ICAL.parse(text) as unknown[]);
    if (calendar.name !== 'vcalendar') throw new Error('it has no VCALENDAR');
    events = calendar.getAllSubcomponents('vevent');
  } catch (error) {
    const what = `is no iCalendar: ${(error as Error).message.split('\n', 1)[0] ?? ''}`;
    return { ok: false, refusals: [refuse('file', what, 'one VCALENDAR with VEVENTs (RFC 5545)')] };
  }
  const refusals: Refusal[] = [];
  const inputs = events.flatMap((event, index): PlacedInput[] => {
    // What was called off is no proposal.
    if (textOf(event, 'status')?.toUpperCase() === 'CANCELLED') return [];
    const uid = textOf(event, 'uid');
    const place = `event ${index + 1}${uid === undefined ? '' : ` (${uid.slice(0, 60)})`}`;
    const from = instantOf(event, 'dtstart', place, refusals);
    const to = endOf(event, from, place, refusals);
    for (const rule of ['rrule', 'rdate']) {
      if (!event.hasProperty(rule)) continue;
      const allowed =
        'single events; windows that come again are proposed with --cron, --duration and --zone';
      refusals.push(refuse(`${place}: ${rule}`, 'is a recurrence', allowed));
    }
    if (from === null || to === null) return [];
    return [{ place, input: inputOf(event, from, to, defaults) }];
  });
  return refusals.length > 0 ? { ok: false, refusals } : { ok: true, inputs };
}

function inputOf(event: ICAL.Component, from: string, to: string, defaults: ExclusionInput): ExclusionInput {
  const own = (name: string): string | undefined => textOf(event, `x-pop-sla-${name}`);
  const list = (name: string): string[] | undefined =>
    own(name)
      ?.split('|')
      .map((word) => word.trim())
      .filter(Boolean);
  const ignored: Refusal[] = [];
  const stamp = instantOf(event, 'created', '', ignored) ?? instantOf(event, 'dtstamp', '', ignored);
  return {
    kind: own('kind') ?? defaults.kind,
    scope: list('scope') ?? defaults.scope,
    notices: list('notices') ?? (defaults.notices?.length ? defaults.notices : stamp === null ? [] : [stamp]),
    reason: textOf(event, 'summary') ?? defaults.reason,
    proof: own('proof') ?? defaults.proof,
    source: textOf(event, 'uid'),
    ...{ from, to },
  };
}

function textOf(event: ICAL.Component, name: string): string | undefined {
  const value: unknown = event.getFirstPropertyValue(name);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** In UTC; null: it is none, and that is noted. */
function instantOf(event: ICAL.Component, name: string, place: string, refusals: Refusal[]): string | null {
  const property = event.getFirstProperty(name);
  const value: unknown = property?.getFirstValue();
  const field = `${place}: ${name}`;
  if (!(value instanceof ICAL.Time)) {
    refusals.push(refuse(field, 'is missing', timeRule));
    return null;
  }
  if (value.isDate) {
    refusals.push(refuse(field, 'is a whole day, which begins at another instant in every zone', timeRule));
    return null;
  }
  const { year, month, day, hour, minute, second } = value;
  const local = { year, month, day, hour, minute, second };
  if (value.zone === ICAL.Timezone.utcTimezone) return utc(local, 'UTC');
  const zone: unknown = property?.getParameter('tzid');
  if (typeof zone !== 'string') {
    refusals.push(refuse(field, 'is floating: it has no zone', timeRule));
    return null;
  }
  if (isTimeZone(zone)) return utc(local, zone);
  refusals.push(refuse(field, `has an unknown zone, ${JSON.stringify(zone.slice(0, 40))}`, timeRule));
  return null;
}

const utc = (local: Temporal.PlainDateTimeLike, zone: string): string =>
  Temporal.PlainDateTime.from(local).toZonedDateTime(zone).toInstant().toString();

/** DTEND, or DTSTART and DURATION. */
function endOf(
  event: ICAL.Component,
  from: string | null,
  place: string,
  refusals: Refusal[],
): string | null {
  const duration: unknown = event.getFirstPropertyValue('duration');
  if (event.hasProperty('dtend') || !(duration instanceof ICAL.Duration)) {
    return instantOf(event, 'dtend', place, refusals);
  }
  if (from === null) return null;
  return new Date(Date.parse(from) + duration.toSeconds() * 1000).toISOString();
}
