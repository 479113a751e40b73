import type { ReportWords } from '../../i18n/report.js';
import { type Cell, type SheetColumn, strong, text } from '../spreadsheet.js';
import { type CurrencyTotal, totalsOf } from './blocks.js';
import type { Report } from './report.js';

export interface TotalledColumn<T> extends SheetColumn<T> {
  /** What stands under the column in the line of a currency's totals. */
  readonly total?: (total: CurrencyTotal) => Cell;
}

/** A line of totals for each currency, under the columns that have one. */
export const totalRows = <T>(
  { statements }: Report,
  columns: readonly TotalledColumn<T>[],
  words: ReportWords,
): Cell[][] =>
  totalsOf(statements.map(({ document }) => document)).map((total) =>
    columns.map((column, index) =>
      strong(index === 0 ? text(words.totals) : (column.total?.(total) ?? null)),
    ),
  );
