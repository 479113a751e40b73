import type { Config } from '../config/config.js';
import { openSqliteStore } from '../store/sqlite/open.js';
import type { Store } from '../store/store.js';

export interface OpenStoreOptions {
  /** Reads only, beside a daemon that writes. */
  readonly readOnly?: boolean;
  /** Files up to this size are checked whole before they are used; the store's own default otherwise. */
  readonly checkUpToBytes?: number;
}

/** The configured store, wherever it is. Rejects with `StoreFault`. */
export function openStore(config: Config, options: OpenStoreOptions = {}): Promise<Store> {
  return openSqliteStore({ path: config.store.path, ...options });
}
