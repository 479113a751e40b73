import type { StoredSlot } from '../core/merge.js';
import type { WatchRecord } from '../core/watch/outage.js';
import type { EpochMs, PathId } from '../core/types.js';

/** When a path was configured. */
export interface ConfiguredPath {
  readonly path: PathId;
  readonly firstSeenAt: EpochMs;
  readonly lastSeenAt: EpochMs;
}

/** Measured and watched rows as stored, and as agents send them to their hub. */
export interface StoredRows {
  readonly slots: readonly StoredSlot[];
  readonly watch: WatchRecord;
  readonly configuredPaths: readonly ConfiguredPath[];
}

/** The rows that changed the store; watch rows in their merged state. */
export interface Merged {
  readonly slots: readonly StoredSlot[];
  readonly watch: WatchRecord;
}

/** Rows that were stored in another database first. */
export interface RowStore {
  /**
   * Writes rows, all or none. An existing row is merged with the new one by the rules of `core/merge`, so that rows may
   * arrive in any order and any number of times.
   */
  merge(rows: StoredRows): Promise<Merged>;
}

export const noRows: StoredRows = {
  slots: [],
  watch: { outages: [], states: [], spans: [], blind: [] },
  configuredPaths: [],
};
