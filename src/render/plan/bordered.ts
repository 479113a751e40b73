import Table from 'cli-table3';
import { oneLine } from '../table.js';
import { wrap } from './wrap.js';

const widest = 60;

/** A table with borders, for a document; wide characters (CJK) take two columns. A cell may have several lines. */
export function borderedTable(
  head: readonly string[],
  rows: readonly (readonly (string | readonly string[])[])[],
): string[] {
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  for (const row of rows) {
    table.push(
      row.map((cell) =>
        (typeof cell === 'string' ? [cell] : cell).flatMap((line) => wrap(oneLine(line), widest)).join('\n'),
      ),
    );
  }
  return table.toString().split('\n');
}
