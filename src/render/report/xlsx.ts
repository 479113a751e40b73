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
import {
  type Cell,
  day,
  decimal,
  instant,
  milliseconds,
  percent,
  ppm,
  type SheetColumn,
  sheetOf,
  span,
  strong,
  text,
  truth,
  whole,
  workbookBytes,
  wrapped,
} from '../spreadsheet.js';
import { scopeText } from './compose/month-bar.js';
import { observedPercent } from './observed.js';
import { draftNotice, type Report, type ReportStatement } from './report.js';
import { type TotalledColumn, totalRows } from './total-rows.js';

type Columns<T> = readonly SheetColumn<ReportStatement & T>[];

const statementColumns = ({
  words,
}: Locale): readonly [SheetColumn<ReportStatement>, SheetColumn<ReportStatement>] => [
  { head: words.month, width: 9, cell: ({ document }) => text(document.month) },
  { head: words.service, width: 24, cell: ({ document }) => text(document.service) },
];

const stateText = ({ state }: StatementDocument, { words }: Locale): string =>
  state === 'sealed' ? words.sealed : words.draft;

type SummaryColumn = TotalledColumn<ReportStatement & { readonly part: Part }>;

function summaryColumns(locale: Locale): readonly SummaryColumn[] {
  const { words } = locale;
  const [month, service] = statementColumns(locale);
  return [
    month,
    { ...service, total: ({ statements }) => whole(statements) },
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
  ];
}

function moneyColumns({ words }: Locale): readonly SummaryColumn[] {
  return [
    {
      head: words.currency,
      width: 8,
      cell: ({ document }) => text(document.currency),
      total: ({ currency }) => text(currency),
    },
    {
      head: words.rent,
      width: 13,
      cell: ({ part }) => decimal(part.rent),
      total: ({ rent }) => decimal(rent),
    },
    {
      head: words.creditGross,
      width: 13,
      cell: ({ part }) => decimal(part.credit.amount),
      total: ({ credit }) => decimal(credit),
    },
    {
      head: words.taxWithin,
      width: 13,
      cell: ({ part }) => decimal(part.tax.tax),
      total: ({ tax }) => decimal(tax),
    },
    {
      head: words.net,
      width: 13,
      cell: ({ part }) => decimal(part.tax.net),
      total: ({ net }) => decimal(net),
    },
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
  return workbookBytes(workbook(report, localeOf(language)));
}

function workbook(report: Report, locale: Locale) {
  const { words } = locale;
  const { statements } = report;
  const amounts = statements.some(({ document }) => hasAmounts(document));
  const summary = [...summaryColumns(locale), ...(amounts ? moneyColumns(locale) : [])];
  const parts = statements.flatMap((each) => each.document.parts.map((part) => ({ ...each, part })));
  return [
    sheetOf(words.summary, summary, parts, rowsUnder(report, summary, locale)),
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
function rowsUnder(report: Report, columns: readonly SummaryColumn[], locale: Locale): Cell[][] {
  const { words } = locale;
  const unsealed = draftNotice(report, locale);
  const withheld = report.statements.some(({ document }) => !hasAmounts(document));
  return [
    ...totalRows(report, columns, words),
    ...(withheld ? [[], [strong(text(words.withoutAmounts))]] : []),
    ...(unsealed === null ? [] : [[], [strong(text(unsealed))]]),
  ];
}
