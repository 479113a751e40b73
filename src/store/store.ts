import type { MissingRound, Round, SizeSample } from '../core/measurement/round.js';
import type { MissingSummary, RoundSummary, SlotSummary } from '../core/measurement/summary.js';
import type { EpochMs, PathId } from '../core/types.js';

/**
 * The port to the database. Asynchronous although SQLite is not, so that a database over the network fits it.
 * A promise that resolved to "stored" means durable: it survives power loss.
 * Faults of the medium (disk full, read-only, locked) reject with `StoreFault`.
 */
export interface Store {
  readonly rounds: RoundStore;
  readonly paths: PathStore;
  readonly runs: RunStore;
  readonly upkeep: UpkeepStore;
  close(): Promise<void>;
}

export type { MissingSummary, RoundSummary, SlotSummary };

export interface RoundQuery {
  readonly path?: PathId;
  /** Slots in [from, to). */
  readonly from?: EpochMs;
  readonly to?: EpochMs;
  readonly limit: number;
  /** Newest first by default; `oldest` walks from the start. Equal slots go by path id. */
  readonly order?: 'newest' | 'oldest';
  /** Only what comes after this one in the order asked for. */
  readonly after?: { readonly slot: EpochMs; readonly path: PathId };
}

export interface RoundStore {
  /** Stores a round whole, once: `already-stored` when a round or a missing mark of its (path, slot) is there. */
  put(round: Round): Promise<'stored' | 'already-stored'>;
  /** Marks slots as missing, where nothing is stored for them. Resolves to how many were new. */
  putMissing(missing: readonly MissingRound[]): Promise<number>;
  list(query: RoundQuery): Promise<SlotSummary[]>;
  /** Every packet of a round; null when there is no such round, or its packets' retention has passed. */
  packets(path: PathId, slot: EpochMs): Promise<readonly SizeSample[] | null>;
  /** The slots of the path in [from, to) that have a round (of any status) or a missing mark. */
  accounted(path: PathId, from: EpochMs, to: EpochMs): Promise<EpochMs[]>;
}

export interface PathStore {
  /** Notes that the paths are configured; keeps the first and the latest instant that each was. */
  seen(paths: readonly PathId[], at: EpochMs): Promise<void>;
  known(): Promise<ReadonlyMap<PathId, PathSighting>>;
}

export interface PathSighting {
  readonly firstSeenAt: EpochMs;
  readonly lastSeenAt: EpochMs;
}

/** One life of a daemon on this database. */
export interface RunRecord {
  readonly id: number;
  readonly version: string;
  readonly startedAt: EpochMs;
  readonly lastSeenAt: EpochMs;
  /** Null when it did not end in order. */
  readonly stoppedAt: EpochMs | null;
}

export interface RunStore {
  begin(version: string, at: EpochMs): Promise<number>;
  beat(id: number, at: EpochMs): Promise<void>;
  end(id: number, at: EpochMs): Promise<void>;
  /** The latest run, or null in a new database. */
  latest(): Promise<RunRecord | null>;
}

export interface SweepResult {
  readonly packetsDeleted: number;
  readonly rowsDeleted: number;
}

export interface UpkeepStore {
  /** Deletes packets, and rounds with everything of theirs, of slots before the given instants, in small batches. */
  sweep(packetsBefore: EpochMs, rowsBefore: EpochMs): Promise<SweepResult>;
  /** Copies the database to a new file while it is in use, and verifies the copy. */
  backup(file: string): Promise<{ readonly bytes: number }>;
  /** Writes the journal back into the database file. */
  checkpoint(): Promise<void>;
  /** Writes and takes back one row: rejects with `StoreFault` where the store can't be written. */
  probe(): Promise<void>;
  sizeBytes(): Promise<number>;
}

/** The store can't do its work now; what was stored before is not harmed. */
export class StoreFault extends Error {
  override readonly name = 'StoreFault';
  constructor(
    message: string,
    readonly kind: 'full' | 'read-only' | 'busy' | 'corrupt' | 'newer-schema' | 'missing' | 'other',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
