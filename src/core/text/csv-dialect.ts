/** How a file of CSV is written. */
export interface CsvDialect {
  /** A byte order mark in front: without one Excel reads UTF-8 as the code page of the machine. */
  readonly bom: boolean;
  /** Excel in most of Europe parts fields at semicolons, and reads a comma in a number. */
  readonly separator: CsvSeparator;
}

export const csvSeparators = ['comma', 'semicolon'] as const;
export type CsvSeparator = (typeof csvSeparators)[number];

/** RFC 4180 in UTF-8: what programs read. */
export const plainCsv: CsvDialect = { bom: false, separator: 'comma' };
