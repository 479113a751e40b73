import Table from 'cli-table3';
import { oneLine } from './figures.js';

export interface Column {
  readonly head: string;
  readonly align?: 'left' | 'right';
}

const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/**
 * Aligned columns as lines: the heads, then one line per row. Wide characters are measured as shown. `cell` makes a text
 * from outside fit into a cell; where the cells have colours, whoever coloured them did that.
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  cell: (text: string) => string = oneLine,
): string[] {
  const table = new Table({
    head: columns.map((column) => column.head),
    colAligns: columns.map((column) => column.align ?? 'left'),
    chars: noBorders,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) table.push(row.map(cell));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}
