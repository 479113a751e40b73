import { parse } from 'csv-parse/sync';
import ICAL from 'ical.js';
import { Temporal } from 'temporal-polyfill';
import { exclusionKinds, type ExclusionScope } from '../core/exclusion.js';
import type { AttachmentRef, ExclusionText, Notice } from '../core/ledger/actions.js';
import { exclusionColumns, toldBefore, toldBehind } from '../core/ledger/columns.js';
import { type ValidationIssue, validationError } from '../core/ledger/errors.js';
import { isTimeZone } from '../core/time/calendar.js';
import type { EpochMs } from '../core/types.js';
import { isWrong, parseDurationUs, parseDateOrInstant } from './scalars.js';
import { didYouMean } from './problem.js';

const keys = {
  pop: 'pops',
  path: 'paths',
  line: 'lines',
  service: 'services',
  customer: 'customers',
} as const;
const allowed = 'all, or any of pop:ID, path:SOURCE>DESTINATION, line:ID, service:ID, customer:ID';

/** `['pop:HKG', 'line:L1']`, or `['all']` → the scope. Whether what it names is there, the ledger says. */
export function readScope(
  words: readonly string[],
): { readonly scope: ExclusionScope } | { readonly refusals: ValidationIssue[] } {
  if (words.length === 1 && words[0] === 'all') return { scope: 'all' };
  if (words.length === 0) return { refusals: [validationError('scope', 'is missing', allowed, ['missing'])] };
  const scope = { pops: [], paths: [], lines: [], services: [], customers: [] } as Record<
    (typeof keys)[keyof typeof keys],
    string[]
  >;
  const refusals: ValidationIssue[] = [];
  for (const word of words) {
    const [key = '', ...rest] = word.split(':');
    const name = rest.join(':');
    if (Object.hasOwn(keys, key) && name !== '') {
      const list = scope[keys[key as keyof typeof keys]];
      if (!list.includes(name)) list.push(name);
    } else {
      const what =
        word === 'all' ? 'has all beside others' : `is not known: ${JSON.stringify(word.slice(0, 60))}`;
      refusals.push(validationError('scope', what, allowed, ['not-known', word]));
    }
  }
  return refusals.length > 0 ? { refusals } : { scope };
}

/** What `readScope` reads back. */
export function scopeWords(scope: ExclusionScope): string[] {
  if (scope === 'all') return ['all'];
  return Object.entries(keys).flatMap(([word, key]) => scope[key].map((name) => `${word}:${name}`));
}

/** An exclusion as people write it: on a command line, in a request, in a line of a file. */
export interface ExclusionInput {
  readonly kind?: string | undefined;
  /** `all`, or `pop:HKG`, `path:HKG>SIN`, `line:L1`, `service:S1`, `customer:C1`. */
  readonly scope?: readonly string[] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** The time of each, and after a space how it was given. */
  readonly notices?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  readonly proof?: string | undefined;
  readonly source?: string | undefined;
  /** All three, for windows that come again between `from` and `to`. */
  readonly cron?: string | undefined;
  readonly duration?: string | undefined;
  readonly zone?: string | undefined;
  readonly attachments?: readonly AttachmentRef[] | undefined;
}

export type ExclusionReading =
  | { readonly ok: true; readonly text: ExclusionText }
  | { readonly ok: false; readonly refusals: readonly ValidationIssue[] };

/** What was written → the exclusion; one with a recurrence has the time it lies in as its one interval. */
export function readExclusion(input: ExclusionInput): ExclusionReading {
  const refusals: ValidationIssue[] = [];
  const kind = exclusionKinds.find((one) => one === input.kind);
  if (kind === undefined) {
    const what =
      input.kind === undefined ? 'is missing' : `is not known${didYouMean(input.kind, exclusionKinds)}`;
    refusals.push(
      validationError(
        'kind',
        what,
        exclusionKinds.join(', '),
        input.kind ? ['not-known', input.kind] : ['missing'],
      ),
    );
  }
  const scope = readScope(input.scope ?? []);
  if ('refusals' in scope) refusals.push(...scope.refusals);
  const from = readTime('from', input.from, refusals);
  const to = readTime('to', input.to, refusals);
  const notices = (input.notices ?? []).flatMap((notice) => readNotice(notice, refusals) ?? []);
  const recurrence = readRecurrence(input, refusals);
  if (kind === undefined || 'refusals' in scope || from === null || to === null || refusals.length > 0)
    return { ok: false, refusals };
  return {
    ok: true,
    text: {
      kind,
      scope: scope.scope,
      intervals: [{ from, to }],
      recurrence,
      notices,
      reason: input.reason ?? '',
      proof: input.proof ?? null,
      source: input.source ?? null,
      attachments: input.attachments ?? [],
    },
  };
}

const timeRule = 'a date such as 2026-10-01 (00:00 UTC), or an instant such as 2026-10-01T08:00:00+08:00';

/** Null: it is no instant, and that is noted. */
export function readTime(
  field: string,
  text: string | undefined,
  refusals: ValidationIssue[],
): EpochMs | null {
  if (text === undefined || text === '') {
    refusals.push(validationError(field, 'is missing', timeRule, ['missing']));
    return null;
  }
  const at = parseDateOrInstant(text);
  if (!isWrong(at)) return at;
  refusals.push(
    validationError(field, `${JSON.stringify(text.slice(0, 60))} ${at.wrong}`, timeRule, ['no-time', text]),
  );
  return null;
}

function readNotice(notice: string, refusals: ValidationIssue[]): Notice | null {
  const [time = '', ...words] = notice.trim().split(/\s+/);
  const at = readTime('notices', time, refusals);
  return at === null ? null : { at, text: words.length === 0 ? null : words.join(' ') };
}

function readRecurrence(input: ExclusionInput, refusals: ValidationIssue[]): ExclusionText['recurrence'] {
  const { cron, duration, zone } = input;
  if (cron === undefined && duration === undefined && zone === undefined) return null;
  if (cron === undefined || duration === undefined || zone === undefined) {
    refusals.push(
      validationError('cron', 'is not complete', 'cron, duration and zone together, or none of them'),
    );
    return null;
  }
  const us = parseDurationUs(duration);
  if (typeof us === 'number' && us % 1000 === 0) return { cron, durationMs: us / 1000, zone };
  const what = typeof us === 'number' ? 'is finer than a millisecond' : us.wrong;
  refusals.push(
    validationError('duration', `${JSON.stringify(duration)} ${what}`, 'a duration such as 2h or 90m'),
  );
  return null;
}

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
    rows = parse<(typeof rows)[number]>(text, { columns, bom: true, skip_empty_lines: true, info: true });
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
