import type { ExclusionScope } from '../../../core/exclusion.js';
import type { ExclusionPart, OutagePart, StatementDocument } from '../../../core/statement/document.js';
import { type Locale, msOf } from '../../../i18n/locale.js';
import { type Block, heading, left, type LegendEntry, paragraph, table } from '../blocks.js';
import { ink } from '../chart/drawing.js';
import { type BarRow, monthBar } from '../chart/month-bar.js';
import type { ReportStatement } from '../report.js';

/** What every piece of a statement is composed from. */
export interface Scene extends ReportStatement {
  readonly locale: Locale;
}

/** `海港銀行 (harbour-bank)`; the id alone where it has no name. */
export function named(names: ReadonlyMap<string, string>, id: string): string {
  const name = names.get(id);
  return name === undefined || name === id ? id : `${name} (${id})`;
}

/** What a draft is called, and a sealed one. */
export const stateOf = ({ document, locale: { words } }: Pick<Scene, 'document' | 'locale'>): string =>
  document.state === 'sealed' ? words.sealed : words.draft;

const dayMs = 86_400_000;

/** Outages, excuses and unobserved time of the month on one axis. */
export function monthBarBlocks({ document, locale: { words } }: Scene, width: number): Block[] {
  const bounds = monthBounds(document);
  if (bounds === null) return [];
  const { from, to, offset } = bounds;
  const days: { at: number; day: number }[] = [];
  // Midnights by the month's first offset: an hour more or less at a change of the clocks is no wider than a line.
  for (let at = from; at < to - dayMs / 2; at += dayMs) {
    days.push({ at, day: new Date(at + offset + dayMs / 4).getUTCDate() });
  }
  const lines = [...new Set(document.parts.flatMap((part) => part.lines.map(({ id }) => id)))];
  const outside = outsideOf(document, from, to);
  const rows: BarRow[] = [
    ...lines.map((line) => ({
      label: `${words.line} ${line}`,
      stretches: [
        ...outside,
        ...document.outages
          .filter((outage) => outage.lines.includes(line))
          .flatMap((outage) => stretchesOf(outage, document.exclusions, to)),
      ],
    })),
    {
      label: words.exclusions,
      stretches: [
        ...outside,
        ...document.exclusions.flatMap(({ intervals }) =>
          intervals.map((each) => ({ from: msOf(each.from), to: msOf(each.to), fill: ink.exclusion })),
        ),
      ],
    },
    {
      label: words.unobserved,
      stretches: [
        ...outside,
        ...document.unobserved.map((each) => ({
          from: msOf(each.from),
          to: msOf(each.to),
          fill: ink.unobserved,
        })),
      ],
    },
  ];
  const { legend } = words;
  const entries: LegendEntry[] = [
    { text: legend.counted, color: ink.counted, as: 'area' },
    { text: legend.excused, color: ink.excused, as: 'area' },
    { text: legend.exclusion, color: ink.exclusion, as: 'area' },
    { text: legend.unobserved, color: ink.unobserved, as: 'area' },
    ...(outside.length > 0 ? [{ text: legend.outsidePeriod, color: ink.grid, as: 'area' as const }] : []),
  ];
  return [
    {
      kind: 'drawings',
      drawings: [
        {
          caption: words.monthBar,
          drawing: monthBar({ title: words.monthBar, width, from, to, days, rows }),
        },
      ],
      legend: entries,
    },
  ];
}

function stretchesOf(
  outage: OutagePart,
  exclusions: readonly ExclusionPart[],
  monthEnd: number,
): BarRow['stretches'] {
  const fill = fills[outage.state];
  if (fill === undefined) return [];
  const whole = { from: msOf(outage.from), to: outage.to === null ? monthEnd : msOf(outage.to) };
  if (outage.state !== 'partly-excused') return [{ ...whole, fill }];
  const excused = exclusions
    .filter(({ id }) => outage.excusedBy.includes(id))
    .flatMap(({ intervals }) => intervals)
    .map(({ from, to }) => ({
      from: Math.max(whole.from, msOf(from)),
      to: Math.min(whole.to, msOf(to)),
      fill: ink.excused,
    }))
    .filter(({ from, to }) => from < to);
  return [{ ...whole, fill }, ...excused];
}

/** What counts for nothing has none, and is not drawn. */
const fills: Readonly<Record<string, string>> = {
  counted: ink.counted,
  'partly-excused': ink.counted,
  excused: ink.excused,
};

/** The calendar month around the service's parts, in their own zone. */
function monthBounds({ month, parts }: StatementDocument) {
  const [first, last] = [parts[0]?.period.from, parts.at(-1)?.period.to];
  if (first === undefined || last === undefined) return null;
  const [year = 0, number = 1] = month.split('-').map(Number);
  const next = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
  const from = Math.min(msOf(first), msOf(`${month}-01T00:00:00${offsetOf(first)}`));
  const to = Math.max(msOf(last), msOf(`${next}-01T00:00:00${offsetOf(last)}`));
  return { from, to, offset: Date.parse(`${first.slice(0, 19)}Z`) - msOf(first) };
}

const offsetOf = (instant: string): string => /(?:Z|[+-]\d\d:\d\d)$/.exec(instant)?.[0] ?? 'Z';

/** What of the month the service did not live in. */
function outsideOf({ parts }: StatementDocument, from: number, to: number): BarRow['stretches'] {
  const edges = [from, ...parts.flatMap(({ period }) => [msOf(period.from), msOf(period.to)]), to];
  const gaps: { from: number; to: number; fill: string }[] = [];
  for (let index = 0; index + 1 < edges.length; index += 2) {
    const [start, end] = [edges[index] ?? from, edges[index + 1] ?? to];
    if (start < end) gaps.push({ from: start, to: end, fill: ink.grid });
  }
  return gaps;
}

/** The excuses that touch the service, each with what makes it valid. */
export function exclusionBlocks({ document, locale }: Scene): Block[] {
  const { words } = locale;
  if (document.exclusions.length === 0) return [heading(words.exclusions), paragraph(words.noExclusions)];
  return [
    heading(words.exclusions),
    table(
      [
        ...[left(words.id), left(words.kind), left(words.scope), left(words.from), left(words.to)],
        ...[left(words.reason), left(words.approved)],
      ],
      document.exclusions.flatMap((one) =>
        one.intervals.map((interval, index) => ({
          cells:
            index > 0
              ? ['', '', '', locale.short(interval.from), locale.short(interval.to), '', '']
              : [
                  ...[one.id, words.exclusionKind[one.kind], scopeText(one.scope, words.everything)],
                  ...[locale.short(interval.from), locale.short(interval.to), shortened(one.reason)],
                  words.approvedBy(one.approvedBy, locale.instant(one.approvedAt)),
                ],
          notes:
            index < one.intervals.length - 1
              ? []
              : [
                  ...(shortened(one.reason) === one.reason ? [] : [`${words.reason}: ${one.reason}`]),
                  ...(one.noticeAt === null ? [] : [words.notice(locale.instant(one.noticeAt))]),
                  ...(one.proof === null ? [] : [words.proof(one.proof)]),
                  ...(one.attachments.length === 0
                    ? []
                    : [words.attachments(one.attachments.map(({ name }) => name).join(', '))]),
                ],
        })),
      ),
    ),
  ];
}

/** What fits a cell; the whole of a longer one stands under its row. */
const shortened = (reason: string): string => (reason.length <= 160 ? reason : `${reason.slice(0, 150)}…`);

export function scopeText(scope: ExclusionScope, everything: string): string {
  if (scope === 'all') return everything;
  return [...scope.pops, ...scope.paths, ...scope.lines, ...scope.services, ...scope.customers].join(', ');
}
