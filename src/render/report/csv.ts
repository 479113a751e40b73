import type { Part } from '../../core/statement/document.js';
import { hasAmounts } from '../../core/statement/extract.js';
import { type CsvDialect, plainCsv } from '../../core/text/csv-dialect.js';
import { type CsvCell, csvDecimal, csvText } from '../csv.js';
import { observedPercent } from './observed.js';
import type { Report, ReportStatement } from './report.js';

/** One line of CSV: a part of a statement. Most have one; a service whose terms changed within the month has more. */
export interface CsvLine extends ReportStatement {
  readonly part: Part;
  /** From 1 on. */
  readonly number: number;
}

interface CsvColumn {
  readonly name: string;
  readonly meaning: string;
  readonly cell: (line: CsvLine) => CsvCell;
}

/** Goes up when a column goes or means something else; what is added comes at the end. */
export const reportCsvFormat = 'pop-sla-report-csv/1';

const truth = (value: boolean | null): string | null => (value === null ? null : value ? 'true' : 'false');

const ofStatement: readonly CsvColumn[] = [
  { name: 'format', meaning: reportCsvFormat, cell: () => reportCsvFormat },
  { name: 'statement', meaning: 'MONTH/SERVICE', cell: ({ document }) => document.id },
  { name: 'month', meaning: 'as 2026-10', cell: ({ document }) => document.month },
  { name: 'revision', meaning: 'from 1 on', cell: ({ document }) => document.revision },
  { name: 'state', meaning: 'draft or sealed', cell: ({ document }) => document.state },
  { name: 'to_date', meaning: 'of a month that is not over', cell: ({ document }) => document.toDate },
  { name: 'as_of', meaning: 'up to when inputs were taken', cell: ({ document }) => document.asOf },
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
  {
    name: 'sellers',
    meaning: 'ids, nearest first, | between',
    cell: ({ document }) => document.sellers.join('|'),
  },
  { name: 'service', meaning: 'its id', cell: ({ document }) => document.service },
];

const ofPart: readonly CsvColumn[] = [
  { name: 'part', meaning: 'of the service, from 1 on', cell: ({ number }) => number },
  { name: 'parts', meaning: 'how many there are', cell: ({ document }) => document.parts.length },
  { name: 'plan', meaning: 'its id', cell: ({ part }) => part.plan.id },
  { name: 'plan_version', meaning: 'its version', cell: ({ part }) => part.plan.version },
  { name: 'class', meaning: 'of protection', cell: ({ part }) => part.class },
  { name: 'lines', meaning: 'ids, | between', cell: ({ part }) => part.lines.map(({ id }) => id).join('|') },
  { name: 'period_from', meaning: 'its first instant', cell: ({ part }) => part.period.from },
  { name: 'period_to', meaning: 'the first instant after it', cell: ({ part }) => part.period.to },
  { name: 'total_ms', meaning: 'the period, milliseconds', cell: ({ part }) => part.period.totalMs },
  { name: 'unavailable_ms', meaning: 'what counts', cell: ({ part }) => part.unavailableMs },
  { name: 'excused_ms', meaning: 'what exclusions took away', cell: ({ part }) => part.excusedMs },
  { name: 'unobserved_ms', meaning: 'when nobody watched', cell: ({ part }) => part.unobservedMs },
  { name: 'complete', meaning: 'true or false', cell: ({ part }) => truth(part.complete) },
  {
    name: 'availability_percent',
    meaning: 'rounded down',
    cell: ({ part }) => csvDecimal(part.availabilityPercent),
  },
  {
    name: 'commitment_percent',
    meaning: 'what is promised',
    cell: ({ part }) => csvDecimal(part.commitmentPercent),
  },
  { name: 'met', meaning: 'true, false, or not shown', cell: ({ part }) => truth(part.met) ?? 'not shown' },
  { name: 'currency', meaning: 'ISO 4217', cell: ({ document }) => document.currency },
  { name: 'rent', meaning: 'of the period', cell: ({ part }) => csvDecimal(part.rent) },
  { name: 'credit_percent', meaning: 'before caps', cell: ({ part }) => csvDecimal(part.credit.percent) },
  { name: 'credit_uncapped', meaning: 'before caps', cell: ({ part }) => csvDecimal(part.credit.uncapped) },
  { name: 'credit', meaning: 'tax included', cell: ({ part }) => csvDecimal(part.credit.amount) },
  {
    name: 'capped',
    meaning: 'true or false',
    cell: ({ document, part }) => (hasAmounts(document) ? truth(part.credit.capped) : null),
  },
  {
    name: 'tax_percent',
    meaning: 'of the tax included',
    cell: ({ part }) => csvDecimal(part.tax.ratePercent),
  },
  { name: 'credit_tax', meaning: 'tax in the credit', cell: ({ part }) => csvDecimal(part.tax.tax) },
  { name: 'credit_net', meaning: 'the credit without it', cell: ({ part }) => csvDecimal(part.tax.net) },
  {
    name: 'claim_by',
    meaning: 'the last day, where a claim is asked for',
    cell: ({ part }) => part.claim?.lastDay ?? null,
  },
];

const ofRecord: readonly CsvColumn[] = [
  {
    name: 'outages',
    meaning: 'of the statement, without voided ones',
    cell: ({ document }) => document.outages.filter(({ state }) => state !== 'voided').length,
  },
  { name: 'exclusions', meaning: 'of the statement', cell: ({ document }) => document.exclusions.length },
  { name: 'inputs_digest', meaning: 'SHA-256', cell: ({ document }) => document.inputs.digest },
  { name: 'previous_hash', meaning: 'of the revision before', cell: ({ document }) => document.previous },
  { name: 'hash', meaning: 'SHA-256 of the sealed statement', cell: ({ seal }) => seal?.hash ?? null },
  { name: 'key', meaning: 'that signed it', cell: ({ seal }) => seal?.key ?? null },
  { name: 'sealed_at', meaning: 'when', cell: ({ seal }) => seal?.sealedAt ?? null },
];

const ofObservation: readonly CsvColumn[] = [
  {
    name: 'availability_lower_bound_percent',
    meaning: 'with unobserved time down, rounded down; empty: sealed before it was known',
    cell: ({ part }) => csvDecimal(part.availabilityLowerBoundPercent ?? null),
  },
  {
    name: 'observed_percent',
    meaning: 'of the period, or of the time so far, rounded down',
    cell: ({ part }) => csvDecimal(observedPercent(part)),
  },
  {
    name: 'availability_to_date_percent',
    meaning: 'of the time so far of a month that is not over; availability_percent is of the whole month',
    cell: ({ part }) => csvDecimal(part.toDate?.availabilityPercent ?? null),
  },
  {
    name: 'availability_to_date_lower_bound_percent',
    meaning: 'the same with unobserved time down',
    cell: ({ part }) => csvDecimal(part.toDate?.availabilityLowerBoundPercent ?? null),
  },
];

/** The columns in their order; an empty field says that there is nothing to say, never zero. */
export const reportCsvColumns: readonly CsvColumn[] = [
  ...ofStatement,
  ...ofPart,
  ...ofRecord,
  ...ofObservation,
];

/** CSV with a line of names. */
export function reportCsv({ statements }: Report, dialect: CsvDialect = plainCsv): string {
  const lines = statements.flatMap((statement) =>
    statement.document.parts.map((part, index): CsvLine => ({
      ...statement,
      part,
      number: index + 1,
    })),
  );
  return csvText(
    lines.map((line) => reportCsvColumns.map((column) => column.cell(line))),
    { dialect, columns: reportCsvColumns.map(({ name }) => name) },
  );
}
