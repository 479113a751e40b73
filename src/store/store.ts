import type { MissingRound, Round, SizeSample } from '../core/measurement/round.js';
import type { MissingSummary, RoundSummary, SlotSummary } from '../core/measurement/figures.js';
import type { EpochMs, PathId } from '../core/types.js';
import type { AccessStore, ContactStore } from './access-store.js';
import type {
  FeedStore,
  AttachmentStore,
  TicketStore,
  LedgerStore,
  SuggestionStore,
} from './ledger-store.js';
import type { BatchStore, OutboxStore, StatementStore, TargetStore } from './statement-store.js';
import type { RowStore } from './row-store.js';
import type { WatchStore } from './watch-store.js';

/**
 * The port to the database. Asynchronous although SQLite is not, so that a database over the network fits it.
 * A promise that resolved to "stored" means durable: it survives power loss.
 * Faults of the medium (disk full, read-only, locked) reject with `StoreError`.
 */
export interface Store {
  readonly rounds: RoundStore;
  readonly paths: PathStore;
  readonly runs: RunStore;
  readonly watch: WatchStore;
  readonly ledger: LedgerStore;
  readonly attachments: AttachmentStore;
  readonly access: AccessStore;
  readonly faults: TicketStore;
  readonly suggestions: SuggestionStore;
  readonly targets: TargetStore;
  readonly outbox: OutboxStore;
  readonly statements: StatementStore;
  readonly batches: BatchStore;
  readonly contacts: ContactStore;
  readonly feeds: FeedStore;
  readonly rows: RowStore;
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
  /** Newest first by default; `oldest` walks from the start. Equal slots go by path id, ascending in both. */
  readonly order?: 'newest' | 'oldest';
  /** Only what comes after this one in the order asked for. */
  readonly after?: { readonly slot: EpochMs; readonly path: PathId };
}

export interface RemovedMarks {
  /** How many there were. */
  readonly count: number;
  /** What the earliest of them said, in the order of their slots: no more than `mostMarksTold`. */
  readonly earliest: readonly MissingRound[];
}

/** A clock that was years ahead leaves more marks than anybody should have in memory. */
export const mostMarksTold = 100_000;

export interface RoundStore {
  /**
   * Stores a whole round once: `already-stored` when there is a round of its path and slot. A round replaces a missing
   * mark. Rejects with `RangeError` for an RTT that is not a whole number of microseconds from 0 to 2^31.
   */
  put(round: Round): Promise<'stored' | 'already-stored'>;
  /**
   * The same for many rounds in one transaction, with one answer for each in their order: it rejects, and none is
   * stored, when one of them can't be. However many they are, it waits for the disk once.
   */
  putAll(rounds: readonly Round[]): Promise<('stored' | 'already-stored')[]>;
  /**
   * Stores a round in the place of the one that has its slot, which is stored beside it instead: at the slot `beside`,
   * as unscheduled, for the reason given. Changes nothing when the slot has this very round.
   */
  replace(round: Round, moved: { readonly beside: EpochMs; readonly why: string }): Promise<void>;
  /** Marks slots as missing, where nothing is stored for them. Resolves to how many were new. */
  putMissing(missing: readonly MissingRound[]): Promise<number>;
  /** Deletes the marks of these paths' slots at or after `from`. */
  removeMarks(paths: readonly PathId[], from: EpochMs): Promise<RemovedMarks>;
  list(query: RoundQuery): Promise<SlotSummary[]>;
  /** Every packet of a round; null when there is no such round, or its packets' retention has passed. */
  packets(path: PathId, slot: EpochMs): Promise<readonly SizeSample[] | null>;
  /** The means over the rounds that count, step by step, for a chart: steps without a round are left out. */
  series(query: SeriesQuery): Promise<SeriesPoint[]>;
  /** The slots of the path in [from, to) that have a round (of any status) or a missing mark. */
  accounted(path: PathId, from: EpochMs, to: EpochMs): Promise<EpochMs[]>;
  /** The rounds of these paths that ran wholly within an interval, by their start, with the packets of all sizes. */
  within(query: WithinQuery): Promise<RoundWithin[]>;
  /** The latest slot of every path that has a round or a missing mark; unscheduled rounds are none of a slot. */
  newest(): Promise<ReadonlyMap<PathId, EpochMs>>;
  /** The sums that a month's means are computed from: one entry per path asked for, in that order. */
  monthSums(query: MonthSumsQuery): Promise<PathSums[]>;
  /** The same for parts of months: one entry per part, in that order. A path may have any number of parts. */
  partSums(parts: readonly PartOfPath[]): Promise<PathSums[]>;
  /** How the rounds of status `ok` with slots in [from, to) were taken, by path, driver and stamps. */
  measuredBy(from: EpochMs, to: EpochMs): Promise<MeasuredBy[]>;
}

export interface SeriesQuery {
  readonly path: PathId;
  /** Slots in [from, to). */
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Where step 0 begins, not after `from`. */
  readonly origin: EpochMs;
  readonly stepMs: number;
}

/** What a chart draws of a step; no judgement uses it. */
export interface SeriesPoint {
  readonly step: number;
  readonly rounds: number;
  /** Microseconds; null: nothing came back. */
  readonly latencyUs: number | null;
  /** Lost over sent packets. */
  readonly loss: number;
}

interface WithinQuery {
  readonly paths: readonly PathId[];
  /** A round began at `from` or later, and was over by `to`. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Its slot was no longer before `from` than this: that is how far back is looked. */
  readonly slotWithinMs: number;
}

export interface RoundWithin {
  readonly path: PathId;
  readonly startedAt: EpochMs;
  readonly endedAt: EpochMs;
  readonly sent: number;
  readonly received: number;
}

/** Slots of a path in [from, to). */
export interface PartOfPath {
  readonly path: PathId;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

export interface MeasuredBy {
  readonly path: PathId;
  readonly driver: string;
  readonly stamps: string;
  readonly rounds: number;
}

export interface MonthSumsQuery {
  /** Every path the store knows, by id, when left out. */
  readonly paths?: readonly PathId[];
  /** Slots in [from, to). */
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Slots to leave out, per path, as half-open intervals; they may overlap and be in any order. */
  readonly without?: ReadonlyMap<PathId, readonly { readonly from: EpochMs; readonly to: EpochMs }[]>;
}

/**
 * Sums over the rounds of one path that count (`weightOf` in core/measurement/figures.ts).
 *
 * A round's latency is Σ over its sizes of rttSumUs / received, over its number of sizes with a latency. So the sum of
 * all rounds' latencies is Σ over the groups of rttSumUs / (received · sizes), exactly, and their mean that over
 * `roundsWithLatency`. The mean loss is Σ over the groups of lost / (sent · sizes), over `roundsHeld`.
 */
export interface PathSums {
  readonly path: PathId;
  readonly roundsHeld: number;
  /** Counted rounds with a packet received in at least one size. */
  readonly roundsWithLatency: number;
  /** Sizes with a latency, by their number of received packets and their round's number of sizes with a latency. */
  readonly latency: readonly {
    readonly received: number;
    readonly sizes: number;
    readonly rttSumUs: bigint;
    /** The least RTT of each of those sizes, added up: a round's jitter is its mean RTT less its mean least RTT. */
    readonly rttMinSumUs: bigint;
  }[];
  /** Sizes with a loss rate, by their number of sent packets and their round's number of sizes with a loss rate. */
  readonly loss: readonly { readonly sent: number; readonly sizes: number; readonly lost: bigint }[];
}

export interface PathStore {
  /** Records that the paths are configured at an instant: the first and the latest are stored. */
  seen(paths: readonly PathId[], at: EpochMs): Promise<void>;
  known(): Promise<ReadonlyMap<PathId, ConfiguredTime>>;
}

export interface ConfiguredTime {
  readonly firstSeenAt: EpochMs;
  readonly lastSeenAt: EpochMs;
}

/** One life of a daemon on this database. */
export interface RunRecord {
  readonly id: number;
  readonly version: string;
  readonly startedAt: EpochMs;
  readonly lastSeenAt: EpochMs;
  /** Null when it crashed, or still runs. */
  readonly stoppedAt: EpochMs | null;
}

export interface RunStore {
  begin(version: string, at: EpochMs): Promise<number>;
  /** False where there is no such run: the database was replaced. */
  beat(id: number, at: EpochMs): Promise<boolean>;
  end(id: number, at: EpochMs): Promise<void>;
  /** The latest run, or null in a new database. */
  latest(): Promise<RunRecord | null>;
  /**
   * The latest time between two runs that was longer than this, from the end of the one to the start of the other; null:
   * there was none.
   */
  latestGap(overMs: number): Promise<{ readonly from: EpochMs; readonly to: EpochMs } | null>;
}

export interface SumsQuery {
  /** Every path by default. */
  readonly paths?: readonly PathId[];
  /** Makes what differs anew from the rounds. */
  readonly repair?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (paths: number, of: number) => void;
}

export interface SumsCheck {
  /** How many paths were compared. */
  readonly paths: number;
  /** Where sums differed, by the beginning of the time that they are of. */
  readonly wrong: readonly { readonly path: PathId; readonly since: EpochMs }[];
}

interface SweepResult {
  readonly packetsDeleted: number;
  readonly rowsDeleted: number;
  /** Rows of the watch: states, heartbeats, unobserved times and ended outages. */
  readonly watchDeleted: number;
}

export interface UpkeepStore {
  /**
   * Deletes packets, whole rounds and rows of the watch from before the given instants, in small batches. The state of
   * the watch at `rowsBefore` is retained, and so are outages that the ledger refers to.
   */
  sweep(packetsBefore: EpochMs, rowsBefore: EpochMs): Promise<SweepResult>;
  /**
   * Adds up the rounds of paths again and compares the result with the stored sums, which months are read from. Rejects
   * with the signal's reason.
   */
  checkSums(query: SumsQuery): Promise<SumsCheck>;
  /**
   * Copies the database to a new file while it is in use, and verifies the copy: the file is there whole or not at
   * all. The verification keeps its process busy, so it belongs in one that has nothing else to do.
   */
  backup(file: string): Promise<{ readonly bytes: number }>;
  /**
   * Copies the open database into a new file, even when its own file was deleted meanwhile. Rejects when that can't be
   * done.
   */
  rescue(file: string): Promise<void>;
  /**
   * Reads the newest round back as a new process would, and checkpoints the journal as far as possible. Resolves to
   * whether all of it was checkpointed. Rejects with `StoreError` when the round is not found.
   */
  verify(): Promise<boolean>;
  /** Writes the journal back into the database file. */
  checkpoint(): Promise<void>;
  /** Inserts and deletes one row: rejects with `StoreError` when the store can't be written. */
  probe(): Promise<void>;
  sizeBytes(): Promise<number>;
}

/** The store failed; earlier data is not affected. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  constructor(
    message: string,
    readonly kind:
      'full' | 'read-only' | 'busy' | 'replaced' | 'io' | 'corrupt' | 'newer-schema' | 'missing' | 'other',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
