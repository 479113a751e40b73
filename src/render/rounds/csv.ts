import { stringify } from 'csv-stringify/sync';
import type { SlotSummary } from '../../core/measurement/summary.js';
import { roundsCsvColumns, type CsvLine } from './csv-columns.js';

/** CSV after RFC 4180 with a line of names; a text that a spreadsheet would run as a formula is disarmed. */
export function roundsCsv(rounds: readonly SlotSummary[], { header = true } = {}): string {
  const lines = rounds.flatMap((round): CsvLine[] => {
    const sizes = round.status === 'missing' ? [] : round.sizes;
    return sizes.length === 0 ? [{ round, size: null }] : sizes.map((size) => ({ round, size }));
  });
  return stringify(
    lines.map((line) => roundsCsvColumns.map((column) => column.cell(line))),
    {
      header,
      columns: roundsCsvColumns.map((column) => column.name),
      record_delimiter: '\r\n',
      escape_formulas: true,
    },
  );
}
