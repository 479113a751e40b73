import Table from 'cli-table3';

export interface Column {
  readonly head: string;
  readonly align?: 'left' | 'right';
}

const noBorders = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '' },
  middle: '  ',
};

/** Aligned columns as lines: the heads, then one line per row. Wide characters and colours are measured as shown. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const table = new Table({
    head: columns.map((column) => column.head),
    colAligns: columns.map((column) => column.align ?? 'left'),
    chars: noBorders,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) table.push(row.map(oneLine));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

/** What comes from outside (a reason, a name) can't break the table or steer the terminal. */
// eslint-disable-next-line no-control-regex -- colours (ESC [ … m) are ours and stay
const control = /(?:\x1b(?!\[\d*m)|[\x00-\x1a\x1c-\x1f\x7f-\x9f\u2028\u2029])+/g;
export const oneLine = (text: string): string => text.replace(control, ' ');
