import { createHash } from 'node:crypto';
import { StoreError } from './store.js';

/** A value of a copied table, in a form that both databases have. */
export type CopyCell = string | number | Uint8Array | null;
export type CopyRow = readonly CopyCell[];

/** A table by its columns, independent of how each database defines it. */
export interface CopyTable {
  readonly name: string;
  readonly columns: readonly CopyColumn[];
  /** The columns that rows are ordered by. */
  readonly key: readonly string[];
}

export interface CopyColumn {
  readonly name: string;
  readonly kind: 'text' | 'number' | 'bytes';
}

/** The source of a copy: one snapshot, whatever is written meanwhile. */
export interface CopySource {
  /** The database's name in messages. */
  readonly name: string;
  /** Whether the table exists; false for a table of a later schema. */
  holds(table: CopyTable): boolean;
  count(table: CopyTable): Promise<number>;
  /** In batches, ordered by the bytes of the key. */
  rows(table: CopyTable): AsyncIterable<readonly CopyRow[]>;
  close(): Promise<void>;
}

/** The target of a copy. All or nothing: nothing is visible to others before `commit`. */
export interface CopyTarget extends CopySource {
  put(table: CopyTable, rows: readonly CopyRow[]): Promise<void>;
  /** Commits what was written; resolves when it is durable. */
  commit(): Promise<void>;
}

/** Packets are copied with their rounds, because each database has its own key for them. */
export const withPackets = 'round';
/** The sums of sizes are those that the other database makes of the copied sizes. */
export const notCopied: readonly string[] = ['packets', 'probe', 'pop_sla_schema', 'size_sum'];

export interface CopyProgress {
  readonly table: string;
  readonly phase: 'copy' | 'verify';
  /** Rows of this phase so far, over all tables, and their total. */
  readonly rows: number;
  readonly of: number;
}

interface CopyOptions {
  readonly tables: readonly CopyTable[];
  readonly from: CopySource;
  readonly to: CopyTarget;
  readonly onProgress: (progress: CopyProgress) => void;
  /** Cancels the copy; nothing is left behind. */
  readonly signal: AbortSignal;
}

export interface CopiedTable extends TableDigest {
  readonly table: string;
}

/**
 * Copies every table, reads the copy back, and commits it only when each table has the same rows; otherwise nothing is
 * left of it. Rejects with a `StoreError` or the signal's reason.
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
        'nothing of it was stored',
      'other',
    );
  }
  await to.commit();
  return read;
}

/** The properties of a table that have to be equal in both databases. */
interface TableDigest {
  readonly rows: number;
  /** SHA-256 over every cell of every row, hexadecimal. */
  readonly digest: string;
}

/** Computes the digest incrementally. */
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

/** An unambiguous encoding of a cell: texts are prefixed with their length. */
function spelling(cell: CopyCell): string {
  if (cell === null) return '-,';
  if (typeof cell === 'number') return `${cell},`;
  if (typeof cell === 'string') return `"${cell.length}:${cell}`;
  return `x${Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString('base64')},`;
}
