import type { Cell, Sheet } from 'write-excel-file/node';

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
  under: readonly Cell[][] = [],
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
    data: [heads, ...rows.map((row) => columns.map(({ cell }) => cell(row))), ...under],
  };
}

/** What a sheet may be called: at most 31 characters and none of `\ / ? * [ ] :`. */
const sheetName = (name: string): string => name.replace(/[\\/?*[\]:]/g, ' ').slice(0, 31);
