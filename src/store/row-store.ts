import type { StoredSlot } from '../core/merge.js';
import type { WatchRecord } from '../core/watch/outage.js';
import type { EpochMs, PathId } from '../core/types.js';

/** When a path was configured. */
export interface Sighting {
  readonly path: PathId;
  readonly firstSeenAt: EpochMs;
  readonly lastSeenAt: EpochMs;
}

/** What was measured and watched, as a store keeps it: what agents send to their hub. */
export interface StoredRows {
  readonly slots: readonly StoredSlot[];
  readonly watch: WatchRecord;
  readonly sightings: readonly Sighting[];
}

/** What of it was news; rows of the watch as they now stand. */
export interface Merged {
  readonly slots: readonly StoredSlot[];
  readonly watch: WatchRecord;
}

/** Rows that another store had first. */
export interface RowStore {
  /**
   * Writes them, all or none. A row that is there is merged with what comes by the rules of `core/merge`, so that rows
   * may come in any order and any number of times.
   */
  merge(rows: StoredRows): Promise<Merged>;
}

export const noRows: StoredRows = {
  slots: [],
  watch: { outages: [], states: [], spans: [], blind: [] },
  sightings: [],
};
