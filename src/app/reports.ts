import type { Config } from '../config/config.js';
import type { EpochMs } from '../core/types.js';
import { createReports, type Reports } from '../engine/report/reports.js';
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

/** Rejects with `StoreFault`. */
export async function openReports({ config, now, software }: ReportsOptions): Promise<OpenReports> {
  const store = await readStore(config);
  const reports = createReports({ store, config: () => config, now, software });
  return { ...reports, close: () => store.close() };
}
