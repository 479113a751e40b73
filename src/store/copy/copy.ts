import { StoreFault } from '../store.js';
import { digester, type TableDigest } from './digest.js';
import type { CopySource, CopyTable, CopyTarget } from './shape.js';

export interface CopyProgress {
  readonly table: string;
  readonly phase: 'copy' | 'verify';
  /** Rows of this phase until now, of all tables, and how many there will be. */
  readonly rows: number;
  readonly of: number;
}

export interface CopyOptions {
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
      throw new StoreFault(`${to.name} has no table ${table.name} for its ${rows} rows`, 'other');
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
    throw new StoreFault(
      `the copy of ${table} is not what was read (${rows} rows of ${from.name}, ${copy?.rows ?? 0} of ${to.name}); ` +
        'nothing of it was kept',
      'other',
    );
  }
  await to.keep();
  return read;
}
