import { createHash } from 'node:crypto';
import { StoreError } from './store.js';

/** A value as a copy moves it: what both databases have in common. */
export type CopyCell = string | number | Uint8Array | null;
export type CopyRow = readonly CopyCell[];

/** A table as both databases show it, whatever it is made of in each. */
export interface CopyTable {
  readonly name: string;
  readonly columns: readonly CopyColumn[];
  /** The columns that its rows are in the order of. */
  readonly key: readonly string[];
}

export interface CopyColumn {
  readonly name: string;
  readonly kind: 'text' | 'number' | 'bytes';
}

/** What is read: one snapshot, whoever writes meanwhile. */
export interface CopySource {
  /** What it is called in messages. */
  readonly name: string;
  /** False: it has no such table, and nothing to say of it. */
  holds(table: CopyTable): boolean;
  count(table: CopyTable): Promise<number>;
  /** In batches, in the order of the key by bytes. */
  rows(table: CopyTable): AsyncIterable<readonly CopyRow[]>;
  close(): Promise<void>;
}

/** What is written, all or nothing: until it is kept nobody sees any of it. */
export interface CopyTarget extends CopySource {
  put(table: CopyTable, rows: readonly CopyRow[]): Promise<void>;
  /** Makes what was written stay; resolves when it is durable. */
  keep(): Promise<void>;
}

/** Packets lie with their rounds: each database keys them in a way of its own. */
export const withPackets = 'round';
export const notCopied: readonly string[] = ['packets', 'probe', 'pop_sla_schema'];

export interface CopyProgress {
  readonly table: string;
  readonly phase: 'copy' | 'verify';
  /** Rows of this phase until now, of all tables, and how many there will be. */
  readonly rows: number;
  readonly of: number;
}

interface CopyOptions {
  readonly tables: readonly CopyTable[];
  readonly from: CopySource;
  readonly to: CopyTarget;
  readonly onProgress: (progress: CopyProgress) => void;
  /** Gives it up; nothing is left behind. */
  readonly signal: AbortSignal;
}

export interface CopiedTable extends TableDigest {
  readonly table: string;
}

/**
 * Copies every table, reads the copy again, and keeps it only when each table has the same rows: else nothing is left
 * of it. Rejects with `StoreFault` or the signal's reason.
 */
export async function copyTables({
  tables,
  from,
  to,
  onProgress,
  signal,
}: CopyOptions): Promise<CopiedTable[]> {
  let of = 0;
  const moved: CopyTable[] = [];
  for (const table of tables) {
    if (!from.holds(table)) continue;
    const rows = await from.count(table);
    if (to.holds(table)) moved.push(table);
    else if (rows > 0)
      throw new StoreError(`${to.name} has no table ${table.name} for its ${rows} rows`, 'other');
    of += rows;
  }
  const walk = async (
    phase: CopyProgress['phase'],
    source: CopySource,
    each: (table: CopyTable, rows: Parameters<CopyTarget['put']>[1]) => Promise<void>,
  ): Promise<CopiedTable[]> => {
    const digests: CopiedTable[] = [];
    let rows = 0;
    for (const table of moved) {
      const digest = digester();
      for await (const batch of source.rows(table)) {
        signal.throwIfAborted();
        digest.add(batch);
        await each(table, batch);
        rows += batch.length;
        onProgress({ table: table.name, phase, rows, of });
      }
      digests.push({ table: table.name, ...digest.done() });
    }
    return digests;
  };
  const read = await walk('copy', from, (table, rows) => to.put(table, rows));
  const written = await walk('verify', to, () => Promise.resolve());
  for (const [index, { table, rows, digest }] of read.entries()) {
    const copy = written[index];
    if (copy?.rows === rows && copy.digest === digest) continue;
    throw new StoreError(
      `the copy of ${table} is not what was read (${rows} rows of ${from.name}, ${copy?.rows ?? 0} of ${to.name}); ` +
        'nothing of it was kept',
      'other',
    );
  }
  await to.keep();
  return read;
}

/** What two databases have to agree on of a table. */
interface TableDigest {
  readonly rows: number;
  /** SHA-256 over every cell of every row, in hexadecimal. */
  readonly digest: string;
}

/** Digests rows as they come. */
function digester(): { add(rows: readonly CopyRow[]): void; done(): TableDigest } {
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
