import { isUrl } from '../core/address/postgres.js';
import { copyTables, type CopiedTable, type CopyProgress } from '../store/copy/copy.js';
import type { CopySource, CopyTable, CopyTarget } from '../store/copy/shape.js';

export type { CopiedTable, CopyProgress };

export interface CopyStoreOptions {
  /** A file of SQLite, or a URL of PostgreSQL; one of the two is the one, and one the other. */
  readonly from: string;
  readonly to: string;
  readonly onProgress: (progress: CopyProgress) => void;
  readonly signal: AbortSignal;
}

export interface CopiedStore {
  /** What they are called for people. */
  readonly from: string;
  readonly to: string;
  readonly tables: readonly CopiedTable[];
}

/** Copies a whole store into an empty one of the other database: all of it, or nothing. Rejects with `StoreFault`. */
export async function copyStore({ from, to, onProgress, signal }: CopyStoreOptions): Promise<CopiedStore> {
  const [sqlite, postgres] = await Promise.all([
    import('../store/sqlite/copy.js'),
    import('../store/postgres/copy-whole.js'),
  ]);
  const between = async (
    tables: readonly CopyTable[],
    source: () => CopySource | Promise<CopySource>,
    target: () => CopyTarget | Promise<CopyTarget>,
  ): Promise<CopiedStore> => {
    const opened: CopySource[] = [];
    try {
      const read = await source();
      opened.push(read);
      const write = await target();
      opened.push(write);
      const copied = await copyTables({ tables, from: read, to: write, onProgress, signal });
      return { from: read.name, to: write.name, tables: copied };
    } finally {
      for (const one of opened) await one.close();
    }
  };
  if (isUrl(to)) {
    const { source, tables } = sqlite.copyFromSqlite(from);
    try {
      return await between(
        tables,
        () => source,
        () => postgres.copyToPostgres({ url: to, tables }),
      );
    } finally {
      await source.close();
    }
  }
  const { target, tables } = sqlite.copyToSqlite(to);
  try {
    return await between(
      tables,
      () => postgres.copyFromPostgres({ url: from, tables }),
      () => target,
    );
  } finally {
    await target.close();
  }
}
