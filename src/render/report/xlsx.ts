import writeExcelFile, { type Cell, type Sheet } from 'write-excel-file/node';
import type {
  ExclusionPart,
  OutagePart,
  Part,
  PartCause,
  PathPart,
  Span,
  StatementDocument,
} from '../../core/statement/document.js';
import { hasAmounts } from '../../core/statement/extract.js';
import type { ReportLanguage } from '../../i18n/languages.js';
import { type Locale, localeOf, msOf, shareText } from '../../i18n/locale.js';
import { wordFor } from '../../i18n/report.js';
import { totalsOf } from './blocks.js';
import { scopeText } from './compose/month-bar.js';
import { observedPercent } from './observed.js';
import { type Report, type ReportNames, reportState, type ReportStatement } from './report.js';

interface SheetColumn<T> {
  readonly head: string;
  /** In characters. */
  readonly width: number;
  readonly cell: (row: T) => Cell;
}

/** A sheet whose line of heads stays in sight. */
export function sheetOf<T>(
  name: string,
  columns: readonly SheetColumn<T>[],
  rows: readonly T[],
  under: readonly Cell[][] = [],
): Sheet<Buffer> {
  const heads: Cell[] = columns.map(({ head }) => ({
    value: head,
    type: String,
    fontWeight: 'bold',
    wrap: true,
    alignVertical: 'top',
    backgroundColor: '#E8EEF6',
  }));
  return {
    sheet: sheetName(name),
    columns: columns.map(({ width }) => ({ width })),
    stickyRowsCount: 1,
    orientation: 'landscape',
    data: [heads, ...rows.map((row) => columns.map(({ cell }) => cell(row))), ...under],
  };
}

/** What a sheet may be called: at most 31 characters and none of `\ / ? * [ ] :`. */
const sheetName = (name: string): string => name.replace(/[\\/?*[\]:]/g, ' ').slice(0, 31);

/** A cell that a spreadsheet counts, sorts and formats as what it is. Null: an empty cell, never zero. */
const text = (value: string | null): Cell =>
  value === null || value === '' ? null : { value, type: String };

const wrapped = (value: string): Cell =>
  value === '' ? null : { value, type: String, wrap: true, alignVertical: 'top' };

const whole = (value: number | null): Cell =>
  value === null ? null : { value, type: Number, format: '#,##0' };

/** Of a decimal text; with as many places as it has. */
function decimal(value: string | null): Cell {
  // Of a statement without amounts it is empty.
  if (value === null || value === '') return null;
  return { value: Number(value), type: Number, format: withPlaces('#,##0', value) };
}

/** `99.4999` → 0.994999, shown as 99.4999 %. */
function percent(value: string | null): Cell {
  if (value === null) return null;
  return { value: Number(`${value}e-2`), type: Number, format: `${withPlaces('0', value)}%` };
}

/** Parts per million, shown as a percentage. */
const ppm = (value: number | null): Cell =>
  value === null ? null : { value: Number(`${value}e-6`), type: Number, format: '0.0000%' };

/** Microseconds, shown as milliseconds. */
const milliseconds = (us: number | string | null): Cell =>
  us === null ? null : { value: Number(`${us}e-3`), type: Number, format: '#,##0.000' };

/** A span of time in milliseconds, shown as hours, minutes and seconds. */
const span = (ms: number): Cell => ({ value: ms / 86_400_000, type: Number, format: '[h]:mm:ss.000' });

/** An instant by the clock of the plan's zone: spreadsheets know no offsets. */
function instant(value: string | null): Cell {
  if (value === null) return null;
  return {
    value: new Date(`${value.replace(/(?:Z|[+-]\d\d:\d\d)$/, '')}Z`),
    type: Date,
    format: 'yyyy-mm-dd hh:mm:ss',
  };
}

const day = (value: string | null): Cell =>
  value === null ? null : { value: new Date(`${value}T00:00:00Z`), type: Date, format: 'yyyy-mm-dd' };

const truth = (value: boolean | null): Cell => (value === null ? null : { value, type: Boolean });

const strong = (cell: Cell): Cell =>
  typeof cell === 'object' && cell !== null && 'value' in cell ? { ...cell, fontWeight: 'bold' } : cell;

const withPlaces = (whole: string, value: string): string => {
  const places = (value.split('.')[1] ?? '').length;
  return places === 0 ? whole : `${whole}.${'0'.repeat(places)}`;
};

interface OfStatement extends ReportStatement {
  readonly names: ReportNames;
}

type Columns<T> = readonly SheetColumn<OfStatement & T>[];

const statementColumns = ({ words }: Locale): readonly SheetColumn<OfStatement>[] => [
  { head: words.month, width: 9, cell: ({ document }) => text(document.month) },
  { head: words.service, width: 24, cell: ({ document }) => text(document.service) },
];

const stateText = ({ state }: StatementDocument, { words }: Locale): string =>
  state === 'sealed' ? words.sealed : words.draft;

function summaryColumns(locale: Locale): Columns<{ readonly part: Part }> {
  const { words } = locale;
  return [
    ...statementColumns(locale),
    { head: words.state, width: 9, cell: ({ document }) => text(stateText(document, locale)) },
    { head: words.revision, width: 8, cell: ({ document }) => whole(document.revision) },
    {
      head: words.customer,
      width: 22,
      cell: ({ document, names }) => text(names.customers.get(document.customer) ?? document.customer),
    },
    {
      head: words.site,
      width: 22,
      cell: ({ document, names }) => text(names.sites.get(document.site) ?? document.site),
    },
    { head: words.soldBy, width: 18, cell: ({ document }) => text(document.sellers.join(', ')) },
    { head: words.plan, width: 22, cell: ({ part }) => text(part.plan.id) },
    { head: words.class, width: 16, cell: ({ part }) => text(part.class) },
    { head: words.zone, width: 16, cell: ({ part }) => text(part.zone) },
    { head: words.from, width: 19, cell: ({ part }) => instant(part.period.from) },
    { head: words.to, width: 19, cell: ({ part }) => instant(part.period.to) },
    { head: words.availability, width: 12, cell: ({ part }) => percent(part.availabilityPercent) },
    {
      head: words.lowerBound,
      width: 12,
      cell: ({ part }) => percent(part.availabilityLowerBoundPercent ?? null),
    },
    { head: words.observed, width: 10, cell: ({ part }) => percent(observedPercent(part)) },
    {
      head: words.availabilitySoFar,
      width: 12,
      cell: ({ part }) => percent(part.toDate?.availabilityPercent ?? null),
    },
    { head: words.commitment, width: 12, cell: ({ part }) => percent(part.commitmentPercent) },
    {
      head: words.met,
      width: 8,
      cell: ({ part }) => (part.met === null ? text(words.notShown) : truth(part.met)),
    },
    { head: words.unavailable, width: 13, cell: ({ part }) => span(part.unavailableMs) },
    { head: words.excused, width: 13, cell: ({ part }) => span(part.excusedMs) },
    { head: words.unobserved, width: 13, cell: ({ part }) => span(part.unobservedMs) },
    { head: words.currency, width: 8, cell: ({ document }) => text(document.currency) },
    { head: words.rent, width: 13, cell: ({ part }) => decimal(part.rent) },
    { head: words.creditGross, width: 13, cell: ({ part }) => decimal(part.credit.amount) },
    { head: words.taxWithin, width: 13, cell: ({ part }) => decimal(part.tax.tax) },
    { head: words.net, width: 13, cell: ({ part }) => decimal(part.tax.net) },
    { head: words.hash, width: 20, cell: ({ seal }) => text(seal?.hash ?? null) },
  ];
}

function creditColumns(locale: Locale): Columns<{ readonly part: Part; readonly cause: PartCause }> {
  const { words } = locale;
  return [
    ...statementColumns(locale),
    { head: words.from, width: 19, cell: ({ part }) => instant(part.period.from) },
    { head: words.causeHead, width: 16, cell: ({ cause }) => text(wordFor(words.causeName, cause.cause)) },
    {
      head: words.basis,
      width: 40,
      cell: ({ cause }) =>
        wrapped(
          cause.reasons
            .map(({ subject, figure, unit, times, share }) =>
              [
                ...(subject === 'service' ? [] : [subject]),
                `${figure} ${wordFor(words.unit, unit)} → ${times === 1 ? '' : `${times} × `}${shareText(share)}`,
              ].join(': '),
            )
            .join('; '),
        ),
    },
    { head: words.creditBase, width: 13, cell: ({ part }) => decimal(part.base) },
    { head: '%', width: 8, cell: ({ cause }) => percent(cause.percent) },
    { head: words.currency, width: 8, cell: ({ document }) => text(document.currency) },
    { head: words.amount, width: 13, cell: ({ cause }) => decimal(cause.amount) },
    {
      head: words.notCounted,
      width: 12,
      cell: ({ cause }) => truth(!cause.counted && cause.reasons.length > 0),
    },
    { head: words.uncapped, width: 13, cell: ({ part }) => decimal(part.credit.uncapped) },
    { head: words.creditGross, width: 13, cell: ({ part }) => decimal(part.credit.amount) },
    { head: words.claimBy, width: 12, cell: ({ part }) => day(part.claim?.lastDay ?? null) },
  ];
}

function outageColumns(locale: Locale): Columns<{ readonly outage: OutagePart }> {
  const { words } = locale;
  return [
    ...statementColumns(locale),
    { head: words.id, width: 26, cell: ({ outage }) => text(outage.ref) },
    { head: words.line, width: 14, cell: ({ outage }) => text(outage.lines.join(', ')) },
    { head: words.port, width: 8, cell: ({ outage }) => text(outage.port) },
    { head: words.observer, width: 10, cell: ({ outage }) => text(outage.observer ?? words.byHand) },
    { head: words.from, width: 19, cell: ({ outage }) => instant(outage.from) },
    { head: words.to, width: 19, cell: ({ outage }) => instant(outage.to) },
    {
      head: words.duration,
      width: 13,
      cell: ({ outage: { from, to } }) => (to === null ? null : span(msOf(to) - msOf(from))),
    },
    { head: words.state, width: 14, cell: ({ outage }) => text(wordFor(words.outageState, outage.state)) },
    { head: words.originHead, width: 12, cell: ({ outage }) => text(words.origin[outage.origin]) },
    { head: words.excusedBy, width: 14, cell: ({ outage }) => text(outage.excusedBy.join(', ')) },
    {
      head: words.reason,
      width: 40,
      cell: ({ outage }) =>
        wrapped(outage.corrections.map(({ id, reason }) => `${id}: ${reason}`).join('; ')),
    },
  ];
}

function exclusionColumns(
  locale: Locale,
): Columns<{ readonly exclusion: ExclusionPart; readonly interval: Span }> {
  const { words } = locale;
  return [
    ...statementColumns(locale),
    { head: words.id, width: 8, cell: ({ exclusion }) => text(exclusion.id) },
    { head: words.kind, width: 22, cell: ({ exclusion }) => text(words.exclusionKind[exclusion.kind]) },
    {
      head: words.scope,
      width: 20,
      cell: ({ exclusion }) => text(scopeText(exclusion.scope, words.everything)),
    },
    { head: words.from, width: 19, cell: ({ interval }) => instant(interval.from) },
    { head: words.to, width: 19, cell: ({ interval }) => instant(interval.to) },
    {
      head: words.duration,
      width: 13,
      cell: ({ interval }) => span(msOf(interval.to) - msOf(interval.from)),
    },
    { head: words.reason, width: 40, cell: ({ exclusion }) => wrapped(exclusion.reason) },
    { head: words.noticeAt, width: 19, cell: ({ exclusion }) => instant(exclusion.noticeAt) },
    { head: words.approved, width: 16, cell: ({ exclusion }) => text(exclusion.approvedBy) },
    { head: words.approvedAt, width: 19, cell: ({ exclusion }) => instant(exclusion.approvedAt) },
  ];
}

function pathColumns(locale: Locale): Columns<{ readonly path: PathPart }> {
  const { words } = locale;
  const band = (id: string | null) => text(id === null ? null : wordFor(words.bandName, id));
  return [
    ...statementColumns(locale),
    { head: words.path, width: 12, cell: ({ path }) => text(path.path) },
    { head: words.roundsDue, width: 10, cell: ({ path }) => whole(path.roundsDue) },
    { head: words.roundsHeld, width: 10, cell: ({ path }) => whole(path.roundsHeld) },
    { head: words.coverage, width: 10, cell: ({ path }) => percent(path.coveragePercent) },
    { head: words.latencyMs, width: 12, cell: ({ path }) => milliseconds(path.latencyUs) },
    { head: words.committedMs, width: 12, cell: ({ path }) => milliseconds(path.commitmentUs) },
    { head: words.excess, width: 10, cell: ({ path }) => percent(path.excessPercent) },
    { head: words.band, width: 14, cell: ({ path }) => band(path.latencyBand) },
    { head: words.lossPercent, width: 10, cell: ({ path }) => ppm(path.lossPpm) },
    { head: words.lossBand, width: 14, cell: ({ path }) => band(path.lossBand) },
    {
      head: `${words.rawFigures}: ${words.latencyMs}`,
      width: 14,
      cell: ({ path }) => milliseconds(path.raw.latencyUs),
    },
    {
      head: `${words.rawFigures}: ${words.lossPercent}`,
      width: 14,
      cell: ({ path }) => ppm(path.raw.lossPpm),
    },
  ];
}

/** A workbook with a sheet each for the summary, credits, outages, exclusions and paths. */
export async function reportXlsx(report: Report, language: ReportLanguage): Promise<Buffer> {
  return writeExcelFile(workbook(report, localeOf(language))).toBuffer();
}

function workbook(report: Report, locale: Locale): Sheet<Buffer>[] {
  const { words } = locale;
  const statements = report.statements.map((each): OfStatement => ({ ...each, names: report.names }));
  const parts = statements.flatMap((each) => each.document.parts.map((part) => ({ ...each, part })));
  const amounts = statements.some(({ document }) => hasAmounts(document));
  const money = new Set([
    words.currency,
    words.rent,
    words.creditGross,
    words.taxWithin,
    words.net,
    words.hash,
  ]);
  const columns = summaryColumns(locale).filter(({ head }) => amounts || !money.has(head));
  return [
    sheetOf(words.summary, columns, parts, totalRows(report, locale)),
    ...(amounts
      ? [
          sheetOf(
            words.creditSheet,
            creditColumns(locale),
            parts.flatMap((each) => each.part.causes.map((cause) => ({ ...each, cause }))),
          ),
        ]
      : []),
    sheetOf(
      words.outages,
      outageColumns(locale),
      statements.flatMap((each) => each.document.outages.map((outage) => ({ ...each, outage }))),
    ),
    sheetOf(
      words.exclusions,
      exclusionColumns(locale),
      statements.flatMap((each) =>
        each.document.exclusions.flatMap((exclusion) =>
          exclusion.intervals.map((interval) => ({ ...each, exclusion, interval })),
        ),
      ),
    ),
    sheetOf(
      words.pathSheet,
      pathColumns(locale),
      statements.flatMap((each) => each.document.paths.map((path) => ({ ...each, path }))),
    ),
  ];
}

/** Under the lines: a total for each currency, and what is not sealed. */
function totalRows(report: Report, { words }: Locale): Cell[][] {
  const totals = totalsOf(report.statements.map(({ document }) => document));
  const state = reportState(report);
  const drafts = report.statements.filter(({ document }) => document.state === 'draft').length;
  const rows: Cell[][] = [
    [],
    [
      words.totals,
      words.currency,
      words.services,
      words.rent,
      words.creditGross,
      words.taxWithin,
      words.net,
    ].map((head): Cell => strong(text(head))),
    ...totals.map(({ currency, statements, rent, credit, tax, net }): Cell[] => [
      null,
      text(currency),
      whole(statements),
      ...[rent, credit, tax, net].map(decimal),
    ]),
  ];
  return [
    ...(totals.length > 0 ? rows : [[], [strong(text(words.withoutAmounts))]]),
    ...(state === 'sealed' || report.statements.length === 0
      ? []
      : [
          [],
          [
            strong(
              text(
                state === 'draft' ? words.draftNotice : words.mixedNotice(drafts, report.statements.length),
              ),
            ),
          ],
        ]),
  ];
}
