import { type CsvDialect, plainCsv } from '../../../core/text/csv-dialect.js';
import { type CsvCell, csvDecimal, csvText } from '../../csv.js';
import type { Report } from '../report.js';
import { type SummaryRow, summaryRows } from './rows.js';

interface CsvColumn {
  readonly name: string;
  readonly meaning: string;
  readonly cell: (row: SummaryRow) => CsvCell;
}

/** Goes up when a column goes or means something else; what is added comes at the end. */
const summaryCsvFormat = 'pop-sla-summary-csv/1';

const ofStatement: readonly CsvColumn[] = [
  { name: 'format', meaning: summaryCsvFormat, cell: () => summaryCsvFormat },
  { name: 'statement', meaning: 'MONTH/SERVICE', cell: ({ document }) => document.id },
  { name: 'month', meaning: 'as 2026-10', cell: ({ document }) => document.month },
  { name: 'service', meaning: 'its id', cell: ({ document }) => document.service },
  { name: 'customer', meaning: 'its id', cell: ({ document }) => document.customer },
  {
    name: 'customer_name',
    meaning: 'its name',
    cell: ({ document, names }) => names.customers.get(document.customer) ?? null,
  },
  { name: 'site', meaning: 'its id', cell: ({ document }) => document.site },
  {
    name: 'site_name',
    meaning: 'its name',
    cell: ({ document, names }) => names.sites.get(document.site) ?? null,
  },
  { name: 'state', meaning: 'draft or sealed', cell: ({ document }) => document.state },
  { name: 'revision', meaning: 'from 1 on', cell: ({ document }) => document.revision },
  { name: 'to_date', meaning: 'of a month that is not over', cell: ({ document }) => document.toDate },
  { name: 'complete', meaning: 'true or false', cell: ({ document }) => String(document.complete) },
];

const ofAvailability: readonly CsvColumn[] = [
  { name: 'parts', meaning: 'how many there are; the lowest is shown', cell: ({ parts }) => parts },
  {
    name: 'availability_percent',
    meaning: 'rounded down',
    cell: ({ lowest }) => csvDecimal(lowest.availabilityPercent),
  },
  {
    name: 'availability_lower_bound_percent',
    meaning: 'with unobserved time down, rounded down; empty: sealed before it was known',
    cell: ({ lowest }) => csvDecimal(lowest.availabilityLowerBoundPercent ?? null),
  },
  {
    name: 'availability_to_date_percent',
    meaning: 'of the time so far of a month that is not over',
    cell: ({ lowest }) => csvDecimal(lowest.toDate?.availabilityPercent ?? null),
  },
  {
    name: 'observed_percent',
    meaning: 'of the period, or of the time so far, rounded down',
    cell: (row) => csvDecimal(row.observedPercent),
  },
  {
    name: 'commitment_percent',
    meaning: 'what the plan commits to',
    cell: ({ lowest }) => csvDecimal(lowest.commitmentPercent),
  },
  {
    name: 'met',
    meaning: 'true, false, or not shown',
    cell: ({ met }) => (met === null ? 'not shown' : String(met)),
  },
  { name: 'unavailable_ms', meaning: 'what counts', cell: (row) => row.unavailableMs },
  { name: 'excused_ms', meaning: 'what exclusions took away', cell: (row) => row.excusedMs },
  { name: 'unobserved_ms', meaning: 'when nobody observed', cell: (row) => row.unobservedMs },
];

const ofPaths: readonly CsvColumn[] = [
  { name: 'paths', meaning: 'of the service', cell: ({ document }) => document.paths.length },
  { name: 'paths_measured', meaning: 'that have a figure', cell: (row) => row.measuredPaths },
  {
    name: 'latency_band',
    meaning: 'the worst of its paths; empty: none has one',
    cell: ({ latency }) => latency?.band.id ?? null,
  },
  { name: 'latency_path', meaning: 'which path that is', cell: ({ latency }) => latency?.path.path ?? null },
  { name: 'latency_us', meaning: 'its latency', cell: ({ latency }) => latency?.path.latencyUs ?? null },
  {
    name: 'latency_commitment_us',
    meaning: 'its commitment',
    cell: ({ latency }) => csvDecimal(latency?.path.commitmentUs ?? null),
  },
  {
    name: 'loss_band',
    meaning: 'the worst of its paths; empty: none has one',
    cell: ({ loss }) => loss?.band.id ?? null,
  },
  { name: 'loss_path', meaning: 'which path that is', cell: ({ loss }) => loss?.path.path ?? null },
  { name: 'loss_ppm', meaning: 'its loss', cell: ({ loss }) => loss?.path.lossPpm ?? null },
];

const ofMoney: readonly CsvColumn[] = [
  { name: 'currency', meaning: 'ISO 4217', cell: ({ money }) => money?.currency ?? null },
  { name: 'rent', meaning: 'of the month', cell: ({ money }) => csvDecimal(money?.rent ?? null) },
  { name: 'credit', meaning: 'tax included', cell: ({ money }) => csvDecimal(money?.credit ?? null) },
  { name: 'credit_tax', meaning: 'tax in the credit', cell: ({ money }) => csvDecimal(money?.tax ?? null) },
  { name: 'credit_net', meaning: 'without it', cell: ({ money }) => csvDecimal(money?.net ?? null) },
  {
    name: 'claim_by',
    meaning: 'the last day, where a claim is asked for',
    cell: ({ money }) => money?.claimBy ?? null,
  },
  { name: 'hash', meaning: 'SHA-256 of the sealed statement', cell: ({ seal }) => seal?.hash ?? null },
  { name: 'sealed_at', meaning: 'when', cell: ({ seal }) => seal?.sealedAt ?? null },
];

/** The columns in their order; an empty field says that there is nothing to say, never zero. */
export const summaryCsvColumns: readonly CsvColumn[] = [
  ...ofStatement,
  ...ofAvailability,
  ...ofPaths,
  ...ofMoney,
];

/** A line for each service, after a line of names. */
export function summaryCsv(report: Report, dialect: CsvDialect = plainCsv): string {
  return csvText(
    summaryRows(report).map((row) => summaryCsvColumns.map((column) => column.cell(row))),
    { dialect, columns: summaryCsvColumns.map(({ name }) => name) },
  );
}
