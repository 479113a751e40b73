import type { ReportLanguage } from '../../../i18n/languages.js';
import { type Locale, localeOf } from '../../../i18n/locale.js';
import { wordFor } from '../../../i18n/report.js';
import {
  type Cell,
  day,
  decimal,
  milliseconds,
  percent,
  ppm,
  sheetOf,
  span,
  strong,
  text,
  truth,
  whole,
  workbookBytes,
} from '../../spreadsheet.js';
import { summaryNotices } from './notices.js';
import type { Report } from '../report.js';
import { type TotalledColumn, totalRows } from '../total-rows.js';
import { type SummaryRow, summaryRows } from './rows.js';

type SummaryColumn = TotalledColumn<SummaryRow>;

/** A workbook with one sheet: a line for each service, and under them a total for each currency. */
export async function summaryXlsx(report: Report, language: ReportLanguage): Promise<Buffer> {
  const locale = localeOf(language);
  const { words } = locale;
  const rows = summaryRows(report);
  const columns = [
    ...columnsOf(locale),
    ...(rows.some(({ money }) => money !== null) ? moneyColumns(locale) : []),
  ];
  const totals = totalRows(report, columns, words);
  const notices = summaryNotices(report, locale).map(({ text: notice }) => [strong(text(notice))]);
  const under = [...totals, ...(notices.length > 0 ? [[], ...notices] : []), [], [text(words.summaryNote)]];
  return workbookBytes([sheetOf(words.monthSummary, columns, rows, under)]);
}

function columnsOf(locale: Locale): SummaryColumn[] {
  const { words } = locale;
  const band = (id: string | undefined): Cell => text(id === undefined ? null : wordFor(words.bandName, id));
  return [
    { head: words.month, width: 9, cell: ({ document }) => text(document.month) },
    {
      head: words.service,
      width: 24,
      cell: ({ document }) => text(document.service),
      total: ({ statements }) => whole(statements),
    },
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
    {
      head: words.state,
      width: 9,
      cell: ({ document }) => text(document.state === 'sealed' ? words.sealed : words.draft),
    },
    { head: words.revision, width: 8, cell: ({ document }) => whole(document.revision) },
    { head: words.availability, width: 12, cell: ({ lowest }) => percent(lowest.availabilityPercent) },
    {
      head: words.lowerBound,
      width: 12,
      cell: ({ lowest }) => percent(lowest.availabilityLowerBoundPercent ?? null),
    },
    {
      head: words.availabilitySoFar,
      width: 12,
      cell: ({ lowest }) => percent(lowest.toDate?.availabilityPercent ?? null),
    },
    { head: words.observed, width: 10, cell: (row) => percent(row.observedPercent) },
    { head: words.commitment, width: 12, cell: ({ lowest }) => percent(lowest.commitmentPercent) },
    {
      head: words.met,
      width: 9,
      cell: ({ met }) => (met === null ? text(words.notShown) : truth(met)),
    },
    { head: words.unavailable, width: 13, cell: (row) => span(row.unavailableMs) },
    { head: words.excused, width: 13, cell: (row) => span(row.excusedMs) },
    { head: words.unobserved, width: 13, cell: (row) => span(row.unobservedMs) },
    { head: words.latencyBand, width: 15, cell: ({ latency }) => band(latency?.band.id) },
    {
      head: `${words.latencyBand}: ${words.path}`,
      width: 12,
      cell: ({ latency }) => text(latency?.path.path ?? null),
    },
    {
      head: words.latencyMs,
      width: 12,
      cell: ({ latency }) => milliseconds(latency?.path.latencyUs ?? null),
    },
    {
      head: words.committedMs,
      width: 12,
      cell: ({ latency }) => milliseconds(latency?.path.commitmentUs ?? null),
    },
    { head: words.lossBand, width: 15, cell: ({ loss }) => band(loss?.band.id) },
    {
      head: `${words.lossBand}: ${words.path}`,
      width: 12,
      cell: ({ loss }) => text(loss?.path.path ?? null),
    },
    { head: words.lossPercent, width: 10, cell: ({ loss }) => ppm(loss?.path.lossPpm ?? null) },
  ];
}

function moneyColumns({ words }: Locale): SummaryColumn[] {
  return [
    {
      head: words.currency,
      width: 8,
      cell: ({ money }) => text(money?.currency ?? null),
      total: ({ currency }) => text(currency),
    },
    {
      head: words.rent,
      width: 13,
      cell: ({ money }) => decimal(money?.rent ?? null),
      total: ({ rent }) => decimal(rent),
    },
    {
      head: words.creditGross,
      width: 13,
      cell: ({ money }) => decimal(money?.credit ?? null),
      total: ({ credit }) => decimal(credit),
    },
    {
      head: words.taxWithin,
      width: 13,
      cell: ({ money }) => decimal(money?.tax ?? null),
      total: ({ tax }) => decimal(tax),
    },
    {
      head: words.net,
      width: 13,
      cell: ({ money }) => decimal(money?.net ?? null),
      total: ({ net }) => decimal(net),
    },
    { head: words.claimBy, width: 12, cell: ({ money }) => day(money?.claimBy ?? null) },
    { head: words.hash, width: 20, cell: ({ seal }) => text(seal?.hash ?? null) },
  ];
}
