import { stringify } from 'csv-stringify/sync';
import { type CsvDialect, plainCsv } from '../core/text/csv-dialect.js';
import { disarmed } from '../core/text/formula.js';

/** A number with a decimal point, as a text of digits: it is written with the mark that goes with the separator. */
interface CsvDecimal {
  readonly decimal: string;
}

export const csvDecimal = (decimal: string | null): CsvDecimal | null =>
  decimal === null ? null : { decimal };

/** What whoever made it has spelled out already: it is not disarmed. */
interface CsvVerbatim {
  readonly verbatim: string;
}

/** Null: an empty field. */
export type CsvCell = string | number | null | CsvDecimal | CsvVerbatim;

/** A number may begin with a minus. */
const isNumber = (text: string): boolean => /^-\d+(?:[.,]\d+)?$/.test(text);

interface CsvOptions {
  readonly dialect?: CsvDialect;
  /** The first line. */
  readonly columns?: readonly string[];
  /** Another separator than those of a dialect. */
  readonly delimiter?: string;
}

/** Every file of CSV is written here: lines end with CR LF, and a text that a spreadsheet would run is disarmed. */
export function csvText(
  rows: readonly (readonly CsvCell[])[],
  { dialect = plainCsv, columns, delimiter }: CsvOptions = {},
): string {
  const mark = dialect.separator === 'semicolon' ? ',' : '.';
  const spelled = (cell: CsvCell): string => {
    if (cell === null) return '';
    if (typeof cell === 'string') return isNumber(cell) ? cell : disarmed(cell);
    if (typeof cell === 'number') return String(cell);
    return 'verbatim' in cell ? cell.verbatim : cell.decimal.replace('.', mark);
  };
  return stringify(
    rows.map((row) => row.map(spelled)),
    {
      ...(columns && { header: true, columns: [...columns] }),
      delimiter: delimiter ?? (dialect.separator === 'semicolon' ? ';' : ','),
      record_delimiter: '\r\n',
      bom: dialect.bom,
      // A lone line end or a blank at an edge is quoted too: readers take them for the end of a line, or trim them.
      quoted_match: /[\r\n]|^\s|\s$|^\ufeff/,
    },
  );
}
