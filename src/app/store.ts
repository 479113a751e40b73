import type { Config } from '../config/config.js';
import { isUrl, parsePostgresUrl, postgresName } from '../core/address/postgres.js';
import {
  type CopiedTable,
  type CopyProgress,
  type CopySource,
  type CopyTable,
  copyTables,
  type CopyTarget,
} from '../store/copy.js';
import type { ForwardStore } from '../store/forward-store.js';
import type { Store, StoreError, SumsCheck, SumsQuery } from '../store/store.js';
import type { WriterName } from '../store/writer-lock.js';

export interface OpenStoreOptions {
  /** Reads only, beside a daemon that writes. */
  readonly readOnly?: boolean;
  /** Files up to this size are checked whole before they are used; the store's own default otherwise. */
  readonly checkUpToBytes?: number;
  /** Holds the writer's lock until it is closed, in this name: what a daemon does. */
  readonly writer?: WriterName;
  readonly onLockLost?: (fault: StoreError) => void;
  /** Of a daemon: the file is opened anew where it was deleted or replaced, and that is told in a sentence. */
  readonly onReplaced?: (message: string) => void;
}

/** One in a file can say what of it a hub has not got yet. */
export type OpenedStore = Store & { readonly forward?: ForwardStore };

/** The configured store, wherever it is; only its own driver is loaded. Rejects with `StoreError`. */
export async function openStore(config: Config, options: OpenStoreOptions = {}): Promise<OpenedStore> {
  const { store, role, agent } = config;
  const { writer, onLockLost, onReplaced: tell, ...others } = options;
  if (store.postgres !== null) {
    const { openPostgresStore } = await import('../store/postgres/open.js');
    return openPostgresStore({
      ...store.postgres,
      readOnly: options.readOnly ?? false,
      // Hubs share a database: what they take of agents is merged by the database itself.
      ...(writer && role !== 'hub'
        ? { writer: { agent, writer, ...(onLockLost ? { onLockLost } : {}) } }
        : {}),
    });
  }
  const file = { path: store.path, ...others, ...(writer ? { writer } : {}) };
  if (tell) {
    const { openRecoveringStore } = await import('../store/sqlite/recovering.js');
    return openRecoveringStore({ ...file, tell });
  }
  const { openSqliteStore } = await import('../store/sqlite/open.js');
  return openSqliteStore(file);
}

/** The holder of the store's writer lock now; null: none. Rejects with a `StoreError` or the system's error. */
export async function storeWriter({
  store,
  role,
  agent,
}: Pick<Config, 'store' | 'role' | 'agent'>): Promise<WriterName | 'somebody' | null> {
  if (store.postgres === null) {
    const { writerNow } = await import('../store/sqlite/writer-lock.js');
    return writerNow(store.path);
  }
  if (role === 'hub') return null;
  const { postgresWriter } = await import('../store/postgres/writer-lock.js');
  return postgresWriter(store.postgres, agent);
}

/** What isn't right about the place of the database, and works all the same. */
export async function storeNotes({ store }: Pick<Config, 'store'>): Promise<string[]> {
  if (store.postgres !== null) return [];
  const { networkDiskOf } = await import('../store/sqlite/network-disk.js');
  const kind = networkDiskOf(store.path);
  if (kind === null) return [];
  return [
    `the database ${store.path} lies on ${kind.name}: SQLite needs a disk of this machine, on which no other ` +
      'machine writes the same file',
  ];
}

/** What the store is called for people: its file, or its database without a password. */
export function storeName({ store }: Pick<Config, 'store'>): string {
  if (store.postgres === null) return store.path;
  const address = parsePostgresUrl(store.postgres.url);
  return 'wrong' in address ? 'PostgreSQL' : postgresName(address);
}

export type ReadStoreOptions = Omit<OpenStoreOptions, 'readOnly'>;

/** The configured store, to read from beside a daemon that writes it. Rejects with `StoreError`. */
export function readStore(config: Config, options: ReadStoreOptions = {}): Promise<Store> {
  return openStore(config, { readOnly: true, ...options });
}

/** Compares the stored sums with the rounds, and makes them anew if asked to. Rejects with `StoreError`. */
export async function checkStore(config: Config, query: SumsQuery): Promise<SumsCheck> {
  const store = await openStore(config, { readOnly: query.repair !== true });
  try {
    return await store.upkeep.checkSums(query);
  } finally {
    await store.close();
  }
}

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

/** Copies a whole store into an empty one of the other database: all of it, or nothing. Rejects with `StoreError`. */
export async function copyStore({ from, to, onProgress, signal }: CopyStoreOptions): Promise<CopiedStore> {
  const [sqlite, postgres] = await Promise.all([
    import('../store/sqlite/copy.js'),
    import('../store/postgres/copy.js'),
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
