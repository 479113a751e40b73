import type { Interval } from '../core/time/intervals.js';
import type { PathTrace, TraceReason } from '../core/trace/trace.js';
import type { EpochMs, PathId, PopId } from '../core/types.js';
import type { BlindTime, ObservedOutage, StateChange, WatchRecord, WatchSpan } from '../core/watch/outage.js';

interface WatchQuery {
  readonly observer?: PopId;
  readonly port?: PopId;
  /** Rows that overlap [from, to). */
  readonly from?: EpochMs;
  readonly to?: EpochMs;
}

interface OutageQuery extends WatchQuery {
  /** Only those that have not ended. */
  readonly open?: boolean;
  /** Newest first when a limit and no order is given; oldest first otherwise. */
  readonly order?: 'newest' | 'oldest';
  readonly limit?: number;
}

interface TraceQuery extends WatchQuery {
  readonly reason?: TraceReason;
  /** The newest rows up to this number, oldest first. */
  readonly limit?: number;
}

/** Rows of the observers' watches. A port of null in a row is the observer itself. */
export interface WatchStore {
  /**
   * Writes a record in one transaction. A row with the same identity is replaced and a span only grows, so that writing
   * a record again has no effect. A replaced outage keeps its inferred times.
   */
  put(record: WatchRecord): Promise<void>;
  outages(query?: OutageQuery): Promise<ObservedOutage[]>;
  /** Which observer ever watched which port, ordered by port and then observer. */
  watchers(): Promise<{ readonly observer: PopId; readonly port: PopId }[]>;
  /** Changes in [from, to), in time order. */
  states(query?: WatchQuery): Promise<StateChange[]>;
  /** The latest change of each port of an observer, and of the observer itself. */
  latestStates(observer: PopId): Promise<StateChange[]>;
  spans(observer: PopId, within?: Interval): Promise<WatchSpan[]>;
  /** The latest stretch in which the observer watched. */
  latestSpan(observer: PopId): Promise<WatchSpan | null>;
  /** For a port: its own rows and those of all ports. */
  blind(query?: WatchQuery & { readonly open?: boolean }): Promise<BlindTime[]>;
  /** Traces that began in [from, to), in time order. */
  traces(query?: TraceQuery): Promise<PathTrace[]>;
}

/** Only paths that have a slot. */
export const newestOf = (
  rows: readonly { readonly path: PathId; readonly slot: EpochMs | null }[],
): ReadonlyMap<PathId, EpochMs> =>
  new Map(rows.flatMap(({ path, slot }) => (slot === null ? [] : [[path, slot] as const])));
