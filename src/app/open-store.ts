import { parsePostgresUrl, postgresName } from '../core/address/postgres.js';
import type { Config } from '../config/config.js';
import type { ForwardStore } from '../store/forward-store.js';
import type { Store } from '../store/store.js';

export interface OpenStoreOptions {
  /** Reads only, beside a daemon that writes. */
  readonly readOnly?: boolean;
  /** Files up to this size are checked whole before they are used; the store's own default otherwise. */
  readonly checkUpToBytes?: number;
  /** Of a daemon: the file is opened anew where it was deleted or replaced, and that is told in a sentence. */
  readonly onReplaced?: (message: string) => void;
}

/** One in a file can say what of it a hub has not got yet. */
export type OpenedStore = Store & { readonly forward?: ForwardStore };

/** The configured store, wherever it is; only its own driver is loaded. Rejects with `StoreFault`. */
export async function openStore({ store }: Config, options: OpenStoreOptions = {}): Promise<OpenedStore> {
  if (store.postgres !== null) {
    const { openPostgresStore } = await import('../store/postgres/open.js');
    return openPostgresStore({ ...store.postgres, readOnly: options.readOnly ?? false });
  }
  const { onReplaced: tell, ...rest } = options;
  if (tell) {
    const { openLastingStore } = await import('../store/sqlite/lasting.js');
    return openLastingStore({ path: store.path, ...rest, tell });
  }
  const { openSqliteStore } = await import('../store/sqlite/open.js');
  return openSqliteStore({ path: store.path, ...rest });
}

/** What the store is called for people: its file, or its database without a password. */
export function storeName({ store }: Pick<Config, 'store'>): string {
  if (store.postgres === null) return store.path;
  const address = parsePostgresUrl(store.postgres.url);
  return 'wrong' in address ? 'PostgreSQL' : postgresName(address);
}
