import { unzipSync, zipSync } from 'fflate';
import writeExcelFile, { type Cell, type Sheet } from 'write-excel-file/node';

/** Every workbook of the product is made here: sheets with a line of heads, and cells that are what they say. */

export type { Cell };

export interface SheetColumn<T> {
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
  under: readonly (readonly Cell[])[] = [],
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
    data: [
      heads,
      ...rows.map((row) => columns.map(({ cell }) => cell(row))),
      ...under.map((row) => [...row]),
    ],
  };
}

/** What a sheet may be called: at most 31 characters and none of `\ / ? * [ ] :`. */
const sheetName = (name: string): string => name.replace(/[\\/?*[\]:]/g, ' ').slice(0, 31);

/** A cell that a spreadsheet counts, sorts and formats as what it is. Null: an empty cell, never zero. */
export const text = (value: string | null): Cell =>
  value === null || value === '' ? null : { value, type: String };

export const wrapped = (value: string): Cell =>
  value === '' ? null : { value, type: String, wrap: true, alignVertical: 'top' };

export const whole = (value: number | null): Cell =>
  value === null ? null : { value, type: Number, format: '#,##0' };

/** More digits than a spreadsheet counts with stay a text: no amount loses its last digit. */
const exactDigits = 15;

/** Of a decimal text; with as many places as it has. */
export function decimal(value: string | null, grouping: '#,##0' | '0' = '#,##0'): Cell {
  // Of a statement without amounts it is empty.
  if (value === null || value === '') return null;
  if (value.replace(/\D/g, '').length > exactDigits) return text(value);
  return { value: Number(value), type: Number, format: withPlaces(grouping, value) };
}

/** `99.4999` → 0.994999, shown as 99.4999 %. */
export function percent(value: string | null): Cell {
  if (value === null || value === '') return null;
  return { value: Number(`${value}e-2`), type: Number, format: `${withPlaces('0', value)}%` };
}

/** Parts per million, shown as a percentage. */
export const ppm = (value: number | null): Cell =>
  value === null ? null : { value: Number(`${value}e-6`), type: Number, format: '0.0000%' };

/** Microseconds, shown as milliseconds. */
export const milliseconds = (us: number | string | null): Cell =>
  us === null ? null : { value: Number(`${us}e-3`), type: Number, format: '#,##0.000' };

/** A span of time in milliseconds, shown as hours, minutes and seconds. */
export const span = (ms: number): Cell => ({
  value: ms / 86_400_000,
  type: Number,
  format: '[h]:mm:ss.000',
});

/** An instant by the clock of the plan's zone: spreadsheets know no offsets. */
export function instant(value: string | null): Cell {
  if (value === null) return null;
  return {
    value: new Date(`${value.replace(/(?:Z|[+-]\d\d:\d\d)$/, '')}Z`),
    type: Date,
    format: 'yyyy-mm-dd hh:mm:ss',
  };
}

export const day = (value: string | null): Cell =>
  value === null ? null : { value: new Date(`${value}T00:00:00Z`), type: Date, format: 'yyyy-mm-dd' };

export const truth = (value: boolean | null): Cell => (value === null ? null : { value, type: Boolean });

export const strong = (cell: Cell): Cell =>
  typeof cell === 'object' && cell !== null && 'value' in cell ? { ...cell, fontWeight: 'bold' } : cell;

function withPlaces(whole: string, value: string): string {
  const places = (value.split('.')[1] ?? '').length;
  return places === 0 ? whole : `${whole}.${'0'.repeat(places)}`;
}

/** What a cell holds at most, in UTF-16 units; Excel repairs a file that has more. */
const cellLength = 32_767;

/** Shown at the end of a text that is longer than a cell may be. */
const cutMark = (length: number): string =>
  `… [cut: ${length} characters, a cell has room for ${cellLength}]`;

/**
 * A text as a file may have it: cut to what a cell holds, without characters that XML does not have, and with `_x0041_`
 * as it stands, where a spreadsheet would read an A.
 */
function fitted(given: string): string {
  const mark = cutMark(given.length);
  const cut =
    given.length <= cellLength
      ? given
      : // Half of a pair of surrogates is no character.
        `${given.slice(0, cellLength - mark.length).replace(/[\uD800-\uDBFF]$/, '')}${mark}`;
  return (
    cut
      .replace(/\r\n?/g, '\n')
      // eslint-disable-next-line no-control-regex -- they are what has to go
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu, '')
      .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
  );
}

function fittedCell(cell: Cell): Cell {
  if (typeof cell === 'string') return fitted(cell);
  return typeof cell === 'object' && cell !== null && 'value' in cell && typeof cell.value === 'string'
    ? { ...cell, value: fitted(cell.value) }
    : cell;
}

/** The earliest that an archive can say: no clock has a part in it. */
const packedAt = '1980-01-01T00:00:00';

/** The bytes of a workbook: the same sheets give the same ones, whenever and wherever they are written. */
export async function workbookBytes(sheets: readonly Sheet<Buffer>[]): Promise<Buffer> {
  const written = await writeExcelFile(
    sheets.map((sheet) => ({ ...sheet, data: sheet.data.map((row) => row.map(fittedCell)) })),
  ).toBuffer();
  // The writer marks each member with the time of day.
  return Buffer.from(zipSync(unzipSync(written), { mtime: packedAt, level: 6 }));
}
