import { stringify } from 'csv-stringify/sync';
import type { Report } from '../report.js';
import { reportCsvColumns, type CsvLine } from './columns.js';

/** CSV after RFC 4180 with a line of names; a text that a spreadsheet would run as a formula is disarmed. */
export function reportCsv({ statements, names }: Report): string {
  const lines = statements.flatMap((statement) =>
    statement.document.parts.map((part, index): CsvLine => ({
      ...statement,
      part,
      number: index + 1,
      names,
    })),
  );
  return stringify(
    lines.map((line) => reportCsvColumns.map((column) => column.cell(line))),
    {
      header: true,
      columns: reportCsvColumns.map(({ name }) => name),
      record_delimiter: '\r\n',
      escape_formulas: true,
    },
  );
}
