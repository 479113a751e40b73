import { createHash } from 'node:crypto';
import type { CopyCell, CopyRow } from './shape.js';

/** What two databases have to agree on of a table. */
export interface TableDigest {
  readonly rows: number;
  /** SHA-256 over every cell of every row, in hexadecimal. */
  readonly digest: string;
}

/** Digests rows as they come. */
export function digester(): { add(rows: readonly CopyRow[]): void; done(): TableDigest } {
  const hash = createHash('sha256');
  let count = 0;
  return {
    add(rows) {
      let text = '';
      for (const row of rows) {
        for (const cell of row) text += spelling(cell);
        text += '\n';
      }
      hash.update(text);
      count += rows.length;
    },
    done: () => ({ rows: count, digest: hash.digest('hex') }),
  };
}

/** No two cells are spelled alike: a text says its length before itself. */
function spelling(cell: CopyCell): string {
  if (cell === null) return '-,';
  if (typeof cell === 'number') return `${cell},`;
  if (typeof cell === 'string') return `"${cell.length}:${cell}`;
  return `x${Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString('base64')},`;
}
