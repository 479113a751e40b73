import type { Config } from '../config/config.js';
import type { EpochMs } from '../core/types.js';
import {
  createReports,
  type KeptStatements,
  type Reports,
  type ReportsOptions as CreateReports,
} from '../engine/report/reports.js';
import type { Store } from '../store/store.js';
import { readStore } from './read-store.js';

export interface ReportsOptions {
  readonly config: Config;
  readonly now: () => EpochMs;
  /** The version of this program. */
  readonly software: string;
}

/** Reports from a store that is opened for this alone, to read. */
export interface OpenReports extends Reports {
  close(): Promise<void>;
}

/** Until statements are kept, every one is a draft. */
const nothingKept: KeptStatements = {
  sealed: () => Promise.resolve(null),
  draft: () => Promise.resolve(null),
  list: () => Promise.resolve([]),
};

export const withKept = ({ ledger, watch, rounds }: Store): CreateReports['store'] => ({
  ...{ ledger, watch, rounds, statements: nothingKept },
});

/** Rejects with `StoreFault`. */
export async function openReports({ config, now, software }: ReportsOptions): Promise<OpenReports> {
  const store = await readStore(config);
  const reports = createReports({ store: withKept(store), config: () => config, now, software });
  return { ...reports, close: () => store.close() };
}
