import type { Cell } from 'write-excel-file/node';

/** A cell that a spreadsheet counts, sorts and formats as what it is. Null: an empty cell, never zero. */
export const text = (value: string | null): Cell =>
  value === null || value === '' ? null : { value, type: String };

export const wrapped = (value: string): Cell =>
  value === '' ? null : { value, type: String, wrap: true, alignVertical: 'top' };

export const whole = (value: number | null): Cell =>
  value === null ? null : { value, type: Number, format: '#,##0' };

/** Of a decimal text; with as many places as it has. */
export function decimal(value: string | null): Cell {
  if (value === null) return null;
  return { value: Number(value), type: Number, format: withPlaces('#,##0', value) };
}

/** `99.4999` → 0.994999, shown as 99.4999 %. */
export function percent(value: string | null): Cell {
  if (value === null) return null;
  return { value: Number(`${value}e-2`), type: Number, format: `${withPlaces('0', value)}%` };
}

/** Parts per million, shown as a percentage. */
export const ppm = (value: number | null): Cell =>
  value === null ? null : { value: Number(`${value}e-6`), type: Number, format: '0.0000%' };

/** Microseconds, shown as milliseconds. */
export const milliseconds = (us: number | string | null): Cell =>
  us === null ? null : { value: Number(`${us}e-3`), type: Number, format: '#,##0.000' };

/** A span of time in milliseconds, shown as hours, minutes and seconds. */
export const span = (ms: number): Cell => ({ value: ms / 86_400_000, type: Number, format: '[h]:mm:ss.000' });

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

const withPlaces = (whole: string, value: string): string => {
  const places = (value.split('.')[1] ?? '').length;
  return places === 0 ? whole : `${whole}.${'0'.repeat(places)}`;
};
