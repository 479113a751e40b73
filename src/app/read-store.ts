import type { Config } from '../config/config.js';
import { openSqliteStore } from '../store/sqlite/open.js';
import type { Store } from '../store/store.js';

export interface ReadStoreOptions {
  /** Files up to this size are checked whole before they are read; the store's own default otherwise. */
  readonly checkUpToBytes?: number;
}

/** The configured store, to read from beside a daemon that writes it. Rejects with `StoreFault`. */
export function readStore(config: Config, options: ReadStoreOptions = {}): Promise<Store> {
  return openSqliteStore({ path: config.store.path, readOnly: true, ...options });
}
