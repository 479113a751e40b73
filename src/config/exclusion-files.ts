import { parse } from 'csv-parse/sync';
import ICAL from 'ical.js';
import { Temporal } from 'temporal-polyfill';
import { exclusionColumns, toldBefore, toldBehind } from '../core/ledger/columns.js';
import { type ValidationIssue, validationError } from '../core/ledger/errors.js';
import { isTimeZone } from '../core/time/calendar.js';
import type { ExclusionInput } from './exclusion-input.js';

const required = ['kind', 'scope', 'from', 'to', 'reason'] as const;

/** An exclusion of a file, and where in the file it stands. */
export interface PlacedInput {
  readonly place: string;
  readonly input: ExclusionInput;
}
export type ImportReading =
  | { readonly ok: true; readonly inputs: readonly PlacedInput[] }
  | { readonly ok: false; readonly refusals: readonly ValidationIssue[] };

/** CSV after RFC 4180 with a line of names → exclusions, one a line. */
export function readExclusionsCsv(text: string): ImportReading {
  let rows: { readonly record: Record<string, string>; readonly info: { readonly lines: number } }[];
  let names: string[] = [];
  try {
    const columns = (header: string[]): string[] => (names = header.map((name) => name.trim()));
    rows = parse(text, { columns, bom: true, skip_empty_lines: true, info: true }) as unknown as typeof rows;
  } catch (error) {
    const what = `is no CSV: ${(error as Error).message}`;
    return { ok: false, refusals: [validationError('file', what, 'RFC 4180, with a line of names')] };
  }
  const known: readonly string[] = [...exclusionColumns, ...toldBefore, ...toldBehind];
  const refusals = [
    ...names
      .filter((name) => !known.includes(name))
      .map((name) =>
        validationError(
          'line 1',
          `has an unknown column, ${JSON.stringify(name.slice(0, 40))}`,
          exclusionColumns.join(', '),
        ),
      ),
    ...required
      .filter((name) => !names.includes(name))
      .map((name) => validationError('line 1', `lacks the column ${name}`, exclusionColumns.join(', '))),
  ];
  if (refusals.length > 0) return { ok: false, refusals };
  // What came to nothing is no proposal.
  const alive = rows.filter(({ record }) => !['rejected', 'revoked'].includes(record['state'] ?? ''));
  return {
    ok: true,
    inputs: alive.map(({ record, info }) => ({ place: `line ${info.lines}`, input: inputOf(record) })),
  };
}

function inputOf(record: Readonly<Record<string, string>>): ExclusionInput {
  // A text that a spreadsheet would run as a formula was disarmed by a quote when it was written.
  const cell = (name: string): string | undefined =>
    record[name]?.replace(/^'(?=[=+\-@\t\r])/, '') || undefined;
  const list = (name: string): string[] =>
    (cell(name) ?? '')
      .split('|')
      .map((word) => word.trim())
      .filter(Boolean);
  return {
    kind: cell('kind'),
    scope: list('scope'),
    from: cell('from'),
    to: cell('to'),
    notices: list('notices'),
    reason: cell('reason'),
    proof: cell('proof'),
    source: cell('source'),
  };
}

const eventTimeRule = 'a time in UTC (20261001T080000Z), or with a TZID that is an IANA zone';

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
    return { ok: false, refusals: [validationError('file', what, 'one VCALENDAR with VEVENTs (RFC 5545)')] };
  }
  const refusals: ValidationIssue[] = [];
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
      refusals.push(validationError(`${place}: ${rule}`, 'is a recurrence', allowed));
    }
    if (from === null || to === null) return [];
    return [{ place, input: inputOfEvent(event, from, to, defaults) }];
  });
  return refusals.length > 0 ? { ok: false, refusals } : { ok: true, inputs };
}

function inputOfEvent(
  event: ICAL.Component,
  from: string,
  to: string,
  defaults: ExclusionInput,
): ExclusionInput {
  const own = (name: string): string | undefined => textOf(event, `x-pop-sla-${name}`);
  const list = (name: string): string[] | undefined =>
    own(name)
      ?.split('|')
      .map((word) => word.trim())
      .filter(Boolean);
  const ignored: ValidationIssue[] = [];
  const stamp = instantOf(event, 'created', '', ignored) ?? instantOf(event, 'dtstamp', '', ignored);
  return {
    kind: own('kind') ?? defaults.kind,
    scope: list('scope') ?? defaults.scope,
    notices: list('notices') ?? (defaults.notices?.length ? defaults.notices : stamp === null ? [] : [stamp]),
    reason: textOf(event, 'summary') ?? defaults.reason,
    proof: own('proof') ?? defaults.proof,
    source: textOf(event, 'uid'),
    from,
    to,
  };
}

function textOf(event: ICAL.Component, name: string): string | undefined {
  const value: unknown = event.getFirstPropertyValue(name);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** In UTC; null: it is none, and that is noted. */
function instantOf(
  event: ICAL.Component,
  name: string,
  place: string,
  refusals: ValidationIssue[],
): string | null {
  const property = event.getFirstProperty(name);
  const value: unknown = property?.getFirstValue();
  const field = `${place}: ${name}`;
  if (!(value instanceof ICAL.Time)) {
    refusals.push(validationError(field, 'is missing', eventTimeRule));
    return null;
  }
  if (value.isDate) {
    refusals.push(
      validationError(field, 'is a whole day, which begins at another instant in every zone', eventTimeRule),
    );
    return null;
  }
  const { year, month, day, hour, minute, second } = value;
  const local = { year, month, day, hour, minute, second };
  if (value.zone === ICAL.Timezone.utcTimezone) return utc(local, 'UTC');
  const zone: unknown = property?.getParameter('tzid');
  if (typeof zone !== 'string') {
    refusals.push(validationError(field, 'is floating: it has no zone', eventTimeRule));
    return null;
  }
  if (isTimeZone(zone)) return utc(local, zone);
  refusals.push(
    validationError(field, `has an unknown zone, ${JSON.stringify(zone.slice(0, 40))}`, eventTimeRule),
  );
  return null;
}

const utc = (local: Temporal.PlainDateTimeLike, zone: string): string =>
  Temporal.PlainDateTime.from(local).toZonedDateTime(zone).toInstant().toString();

/** DTEND, or DTSTART and DURATION. */
function endOf(
  event: ICAL.Component,
  from: string | null,
  place: string,
  refusals: ValidationIssue[],
): string | null {
  const duration: unknown = event.getFirstPropertyValue('duration');
  if (event.hasProperty('dtend') || !(duration instanceof ICAL.Duration)) {
    return instantOf(event, 'dtend', place, refusals);
  }
  if (from === null) return null;
  return new Date(Date.parse(from) + duration.toSeconds() * 1000).toISOString();
}
