import type { LedgerExclusion } from '../../core/ledger/exclusions.js';
import { isoInstant } from '../instant.js';
import { tableLines, type Column } from '../table.js';
import { attributionText } from './attribution.js';
import type { OutageView } from './json.js';

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
      const by = [one.proposed, one.approved ?? one.rejected].flatMap((deed) => deed?.actor ?? []).join(', ');
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
