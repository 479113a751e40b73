import type { Config } from '../config/config.js';
import type { EpochMs } from '../core/types.js';
import { createBilling, type Billing } from '../engine/billing/billing.js';
import { keyFolder, type KeyFolder } from '../seal/key-folder.js';
import { openStore } from './open-store.js';

export interface OpenBillingOptions {
  readonly config: Config;
  readonly now: () => EpochMs;
  /** The version of this program. */
  readonly version: string;
  /** Opens the store for writing, beside a daemon or without one; reading leaves everything as it is. */
  readonly write: boolean;
}

export interface OpenBilling extends Billing {
  close(): Promise<void>;
}

/** Statements and what follows from them, from a store that is opened for this alone. Rejects with `StoreFault`. */
export async function openBilling({ config, now, version, write }: OpenBillingOptions): Promise<OpenBilling> {
  const store = await openStore(config, { readOnly: !write });
  const billing = createBilling({
    ...{ store, config: () => config, now, software: version },
    signer: () => keyFolder(config.keys.folder).signer(),
  });
  return { ...billing, close: () => store.close() };
}

/** The installation's keys. */
export const openKeys = (config: Config): KeyFolder => keyFolder(config.keys.folder);
