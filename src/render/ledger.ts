import { exclusionColumns, leadingColumns, trailingColumns } from '../core/ledger/columns.js';
import type { LedgerExclusion } from '../core/ledger/exclusions.js';
import type { LedgerMark } from '../core/ledger/actions.js';
import type { Correction } from '../core/ledger/outages.js';
import { plainName } from '../core/text/control-characters.js';
import type { Interval } from '../core/time/intervals.js';
import type { PopId } from '../core/types.js';
import type { Attribution } from '../core/watch/attribution.js';
import type { ObservedOutage, OutageEdge } from '../core/watch/outage.js';
import { type CsvDialect, plainCsv } from '../core/text/csv-dialect.js';
import { csvText } from './csv.js';
import { isoInstant } from './figures.js';
import { type Column, tableLines } from './table.js';
import { type NetworkOf, tracesJson, type TracesView } from './ledger/traces.js';

type ScopeOf = (exclusion: LedgerExclusion) => readonly string[];

/** How several texts stand in one; see `config/exclusion-files.ts`, which reads what is written here. */
export interface ExclusionCodec {
  readonly scopeOf: ScopeOf;
  readonly joinParts: (parts: readonly string[]) => string;
  readonly disarmed: (text: string) => string;
}

const noticesOf = ({ notices }: LedgerExclusion): readonly string[] =>
  notices.map(({ at, text }) => (text === null ? isoInstant(at) : `${isoInstant(at)} ${text}`));

/** CSV after RFC 4180, a line for each interval; what `exclusions import` reads. */
export function exclusionsCsv(
  exclusions: readonly LedgerExclusion[],
  codec: ExclusionCodec,
  dialect: CsvDialect = plainCsv,
): string {
  const { scopeOf, joinParts, disarmed } = codec;
  const columns = [...leadingColumns, ...exclusionColumns, ...trailingColumns];
  const rows = exclusions.flatMap((one) =>
    one.intervals.map(({ from, to }) =>
      [
        ...[one.id, one.state, one.kind, joinParts(scopeOf(one)), isoInstant(from), isoInstant(to)],
        ...[joinParts(noticesOf(one)), one.reason, one.proof ?? '', one.source ?? one.id],
        ...[one.proposed.actor, one.approved?.actor ?? ''],
      ].map((text) => ({ verbatim: disarmed(text) })),
    ),
  );
  return csvText(rows, { dialect, columns });
}

/** iCalendar (RFC 5545), an event for each exclusion, in UTC; what `exclusions import` reads. */
export function exclusionsIcal(exclusions: readonly LedgerExclusion[], codec: ExclusionCodec): string {
  const { scopeOf, joinParts } = codec;
  const sources = new Map<string | null, number>();
  for (const { source } of exclusions) sources.set(source, (sources.get(source) ?? 0) + 1);
  // Each event has a UID of its own, also where several exclusions came from one source.
  const uidOf = ({ id, source }: LedgerExclusion): string =>
    source !== null && sources.get(source) === 1 ? source : `${id}@pop-sla`;
  const events = exclusions.flatMap((one) => {
    const [first, ...more] = one.intervals;
    if (first === undefined) return [];
    const exact = one.intervals.some(({ from, to }) => from % 1000 !== 0 || to % 1000 !== 0);
    return [
      'BEGIN:VEVENT',
      `UID:${escaped(uidOf(one))}`,
      `DTSTAMP:${basic(one.proposed.at)}`,
      `DTSTART:${basic(first.from)}`,
      `DTEND:${basic(first.to)}`,
      ...(more.length === 0
        ? []
        : [`RDATE;VALUE=PERIOD:${more.map(({ from, to }) => `${basic(from)}/${basic(to)}`).join(',')}`]),
      `SUMMARY:${escaped(one.reason)}`,
      `STATUS:${one.state === 'approved' ? 'CONFIRMED' : one.state === 'proposed' ? 'TENTATIVE' : 'CANCELLED'}`,
      `X-POP-SLA-KIND:${one.kind}`,
      `X-POP-SLA-SCOPE:${escaped(joinParts(scopeOf(one)))}`,
      ...(one.notices.length === 0 ? [] : [`X-POP-SLA-NOTICES:${escaped(joinParts(noticesOf(one)))}`]),
      ...(one.proof === null ? [] : [`X-POP-SLA-PROOF:${escaped(one.proof)}`]),
      ...(one.source === null ? [] : [`X-POP-SLA-SOURCE:${escaped(one.source)}`]),
      // The format has whole seconds.
      ...(exact
        ? [
            `X-POP-SLA-INTERVALS:${one.intervals.map(({ from, to }) => `${fine(from)}/${fine(to)}`).join('|')}`,
          ]
        : []),
      'END:VEVENT',
    ];
  });
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//pop-sla//exclusions//EN',
    ...events,
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}

const fine = (at: number): string => new Date(at).toISOString();
const basic = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
const escaped = (text: string): string => text.replace(/[\\;,]/g, '\\$&').replace(/\r\n?|\n/g, '\\n');

/** At most 75 octets a line; a character is never cut. */
function folded(line: string): string {
  let [text, octets] = ['', 0];
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > 75) [text, octets] = [`${text}\r\n `, 1];
    text += character;
    octets += size;
  }
  return text;
}

/** What figures of a service's month an exclusion changes. */
interface CostView {
  readonly service: string;
  readonly month: string;
  readonly currency: string;
  readonly without: { readonly credit: string | null };
  readonly with: { readonly credit: string | null };
}

/** What an exclusion costs whoever pays credits without it, in one line. */
export function costText(impacts: readonly CostView[]): string {
  if (impacts.length === 0) return 'it changes no figures';
  const texts = impacts.map(({ service, month, currency, ...credit }) => {
    const [before, after] = [credit.with.credit ?? '?', credit.without.credit ?? '?'];
    return `${service} ${month}: credit ${before} ${currency} with it, ${after} ${currency} without`;
  });
  return texts.join('; ');
}

const span = ({ from, to }: { readonly from: number; readonly to: number | null }) => ({
  from: isoInstant(from),
  to: to === null ? null : isoInstant(to),
});
const mark = (done: LedgerMark | null) =>
  done && { actor: plainName(done.actor), at: isoInstant(done.at), reason: done.reason };

export function exclusionJson(exclusion: LedgerExclusion) {
  const { intervals, notices, proposed, approved, rejected, revoked } = exclusion;
  return {
    ...exclusion,
    intervals: intervals.map(span),
    notices: notices.map(({ at, text }) => ({ at: isoInstant(at), text })),
    proposed: mark(proposed),
    approved: mark(approved),
    rejected: mark(rejected),
    revoked: mark(revoked),
  };
}

/** What is shown of an outage. */
export interface OutageView {
  readonly ref: string;
  readonly port: string;
  readonly measured: ObservedOutage | null;
  readonly corrections: readonly Correction[];
  readonly counts: { readonly from: number; readonly to: number | null } | null;
  /** What it was by all observers; null or left out: nobody can say. */
  readonly attribution?: Attribution | null;
  /** How the path was then and before; null or left out: it was not traced. */
  readonly traces?: TracesView | null;
}

export function outageJson(
  { ref, port, measured, corrections, counts, attribution, traces }: OutageView,
  networkOf: NetworkOf = () => null,
) {
  return {
    ref,
    port,
    counts: counts && span(counts),
    measured: measured && measuredJson(measured),
    attribution: attribution ?? null,
    traces: traces ? tracesJson(traces, networkOf) : null,
    corrections: corrections.map(({ at, interval, ...rest }) => ({
      ...rest,
      at: isoInstant(at),
      interval: interval && span(interval satisfies Interval),
    })),
  };
}

const edge = ({ at, earliest, latest }: OutageEdge) => ({
  at: isoInstant(at),
  earliest: isoInstant(earliest),
  latest: isoInstant(latest),
});

function measuredJson({ observer, start, end, inferred, voided }: ObservedOutage) {
  return {
    observer,
    start: edge(start),
    end: end && edge(end),
    inferred: inferred.map(({ reason, ...time }) => ({ ...span(time), reason })),
    voided: voided && { at: isoInstant(voided.at), reason: voided.reason },
  };
}

/** In a few words, what an outage of a port was and who says so. */
function attributionText({ cause, down, up, blind, paths }: Attribution, port: PopId): string {
  const seen = `${down.length} of ${down.length + up.length} saw it down`;
  switch (cause) {
    case 'path':
      return `failed path: ${few(paths)}; ${few(up)} reached ${port}`;
    case 'port':
      return `failed port: ${seen}`;
    case 'pop':
      return `failed PoP: ${seen}, and its agent reached nobody`;
    case 'isolated-agent':
      return up.length === 0 ? 'isolated agent' : `isolated agent: ${few(up)} reached ${port}`;
    case 'unconfirmed':
      return blind.length === 0
        ? 'unconfirmed: nobody else watches it'
        : 'unconfirmed: nobody else could say';
  }
}

const most = 4;

function few(names: readonly string[]): string {
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return names.slice(0, most).join(', ') + more;
}

const text = (
  columns: readonly (string | Column)[],
  rows: readonly (readonly string[])[],
  none: string,
): string => {
  if (rows.length === 0) return `${none}\n`;
  const heads = columns.map((column) => (typeof column === 'string' ? { head: column } : column));
  return `${tableLines(heads, rows).join('\n')}\n`;
};

export function exclusionsTable(
  exclusions: readonly LedgerExclusion[],
  scopeOf: (one: LedgerExclusion) => string[],
): string {
  return text(
    ['ID', 'STATE', 'KIND', 'SCOPE', 'FROM', 'TO', 'BY', 'REASON'],
    exclusions.map((one) => {
      const [first, last] = [one.intervals[0], one.intervals.at(-1)];
      const times = one.intervals.length > 1 ? ` (${one.intervals.length} windows)` : '';
      const by = [one.proposed, one.approved ?? one.rejected].flatMap((mark) => mark?.actor ?? []).join(', ');
      return [
        ...[one.id, one.state, one.kind, scopeOf(one).join(' ')],
        ...[first ? isoInstant(first.from) : '-', last ? isoInstant(last.to) + times : '-', by, one.reason],
      ];
    }),
    'no exclusions',
  );
}

export function outagesTable(outages: readonly OutageView[]): string {
  return text(
    ['OUTAGE', 'PORT', 'FROM', 'TO', { head: 'SECONDS', align: 'right' }, 'WHAT IT WAS', 'NOTE'],
    outages.map(({ ref, port, measured, corrections, counts, attribution }) => {
      const words = corrections.map(({ id, does, actor, reason }) => `${id} ${does} by ${actor}: ${reason}`);
      for (const { from, to, reason } of measured?.inferred ?? [])
        words.unshift(`inferred ${((to - from) / 1000).toFixed(3)} s of it: ${reason}`);
      if (measured?.voided) words.unshift(`voided: ${measured.voided.reason}`);
      const shown = counts ?? { from: measured?.start.at ?? 0, to: measured?.end?.at ?? null };
      if (!counts) words.unshift('counts for nothing');
      const seconds = shown.to === null ? '-' : ((shown.to - shown.from) / 1000).toFixed(3);
      // One that counts for nothing does not last, whether its end was seen or not.
      const open = counts ? 'lasts' : 'void';
      const to = shown.to === null ? open : isoInstant(shown.to);
      const was = attribution ? attributionText(attribution, port) : '-';
      return [ref, port, isoInstant(shown.from), to, seconds, was, words.join('; ')];
    }),
    'no outages',
  );
}

/** What an exclusion does to one service. */
export interface ImpactView {
  readonly month: string;
  readonly service: string;
  readonly from: string;
  readonly currency: string;
  readonly without: ImpactFigures;
  readonly with: ImpactFigures;
}

interface ImpactFigures {
  readonly availabilityPercent: string;
  readonly availabilityLowerBoundPercent: string;
  readonly unobservedMs: number;
  readonly credit: string;
}

export function impactTable(impacts: readonly ImpactView[]): string {
  return text(
    ['MONTH', 'SERVICE', 'FROM', 'AVAILABILITY', 'LOWER BOUND', 'UNOBSERVED s', 'CREDIT'],
    impacts.map((one) => [
      ...[one.month, one.service, one.from],
      `${one.without.availabilityPercent} % → ${one.with.availabilityPercent} %`,
      `${one.without.availabilityLowerBoundPercent} % → ${one.with.availabilityLowerBoundPercent} %`,
      seconds(one.with.unobservedMs),
      `${one.without.credit} → ${one.with.credit} ${one.currency}`,
    ]),
    'it changes no figure of any service',
  );
}

/** A service's month, as far as it has come. */
export interface AvailabilityView {
  readonly id: string;
  readonly class: string;
  readonly period: { readonly from: string };
  /** Of the whole period; while it is not over, if nothing more happens. */
  readonly availabilityPercent: string;
  readonly availabilityLowerBoundPercent: string;
  /** Of the time so far; null: the month is over, or has not begun. */
  readonly toDate: {
    readonly availabilityPercent: string;
    readonly availabilityLowerBoundPercent: string;
  } | null;
  readonly observedPercent: string | null;
  readonly commitmentPercent: string;
  readonly met: boolean | null;
  readonly complete: boolean;
  readonly unavailableMs: number;
  readonly excusedMs: number;
  readonly unobservedMs: number;
  readonly rent: { readonly currency: string };
  readonly credit: { readonly amount: string };
  /** Null: the edges of its outages leave nothing open. */
  readonly bounds: {
    readonly availabilityLowPercent: string;
    readonly availabilityHighPercent: string;
    readonly creditLow: string;
    readonly creditHigh: string;
  } | null;
  readonly unwatchedPorts: readonly string[];
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** A month that is not over has two availabilities: that of the time so far stands first, by its name. */
export function availabilityTable(services: readonly AvailabilityView[]): string {
  const right = (head: string): Column => ({ head, align: 'right' });
  const running = services.some(({ toDate }) => toDate !== null);
  return text(
    [
      ...['SERVICE', 'FROM', 'CLASS'],
      ...(running ? [right('SO FAR %'), right('AT LEAST')] : []),
      ...[right(running ? 'WHOLE MONTH %' : '%'), right('AT LEAST'), right('OBSERVED %')],
      ...[right('PROMISED'), '', right('DOWN s'), right('EXCUSED s'), right('UNOBSERVED s')],
      ...[right('CREDIT'), ''],
    ],
    services.map((one) => [
      ...[one.id, one.period.from, one.class],
      ...(running
        ? [one.toDate?.availabilityPercent ?? '-', one.toDate?.availabilityLowerBoundPercent ?? '-']
        : []),
      ...[one.availabilityPercent, one.availabilityLowerBoundPercent, one.observedPercent ?? '-'],
      ...[one.commitmentPercent, metWord(one.met)],
      ...[one.unavailableMs, one.excusedMs, one.unobservedMs].map(seconds),
      ...[`${one.credit.amount} ${one.rent.currency}`, notesOn(one).join('; ')],
    ]),
    'no service has a day in that month',
  );
}

const metWord = (met: boolean | null): string => (met === null ? 'not shown' : met ? 'met' : 'not met');

function notesOn({ complete, bounds, unwatchedPorts, rent }: AvailabilityView): string[] {
  const notes = complete ? [] : ['incomplete'];
  if (unwatchedPorts.length > 0) notes.push(`nobody watched ${unwatchedPorts.join(', ')}`);
  if (bounds && bounds.creditLow !== bounds.creditHigh) {
    const { availabilityLowPercent, availabilityHighPercent, creditLow, creditHigh } = bounds;
    notes.push(
      `by the edges ${availabilityLowPercent} to ${availabilityHighPercent} %, ${creditLow} to ${creditHigh} ${rent.currency}`,
    );
  }
  return notes;
}
