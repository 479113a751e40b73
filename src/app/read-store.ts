import type { Config } from '../config/config.js';
import { openSqliteStore } from '../store/sqlite/open.js';
import type { Store } from '../store/store.js';

/** The configured store, to read from beside a daemon that writes it. Rejects with `StoreFault`. */
export function readStore(
  config: Config,
  options: { /** Files up to this size are checked whole. */ readonly checkUpToBytes?: number } = {},
): Promise<Store> {
  return openSqliteStore({ path: config.store.path, readOnly: true, ...options });
}
