import type { Config } from '../config/config.js';
import type { Store } from '../store/store.js';
import { openStore, type OpenStoreOptions } from './open-store.js';

export type ReadStoreOptions = Omit<OpenStoreOptions, 'readOnly'>;

/** The configured store, to read from beside a daemon that writes it. Rejects with `StoreFault`. */
export function readStore(config: Config, options: ReadStoreOptions = {}): Promise<Store> {
  return openStore(config, { readOnly: true, ...options });
}
