import type { Interval } from '../core/time/intervals.js';
import type {
  BlindTime,
  ObservedOutage,
  StateChange,
  WatchRecord,
  WatchSpan,
} from '../core/watch/records.js';
import type { PathTrace, TraceReason } from '../core/trace/trace.js';
import type { EpochMs, PopId } from '../core/types.js';

export interface WatchQuery {
  readonly observer?: PopId;
  readonly port?: PopId;
  /** What touches [from, to). */
  readonly from?: EpochMs;
  readonly to?: EpochMs;
}

export interface OutageQuery extends WatchQuery {
  /** Only those that last. */
  readonly open?: boolean;
  /** Newest first when a limit is given and no order; oldest first otherwise. */
  readonly order?: 'newest' | 'oldest';
  readonly limit?: number;
}

export interface TraceQuery extends WatchQuery {
  readonly reason?: TraceReason;
  /** The newest so many, still in their order. */
  readonly limit?: number;
}

/** What the watches of observers found. A port of null in a row is the observer itself. */
export interface WatchStore {
  /**
   * Writes a record, whole. A row of the same identity is replaced and a span only grows, so that writing a record
   * again does no harm. A replaced outage keeps the inferred times it had.
   */
  put(record: WatchRecord): Promise<void>;
  outages(query?: OutageQuery): Promise<ObservedOutage[]>;
  /** Who ever watched which port, by port and then observer. */
  watchers(): Promise<{ readonly observer: PopId; readonly port: PopId }[]>;
  /** Changes in [from, to), in their order. */
  states(query?: WatchQuery): Promise<StateChange[]>;
  /** The latest change of each port of an observer, and of itself. */
  latestStates(observer: PopId): Promise<StateChange[]>;
  spans(observer: PopId, within?: Interval): Promise<WatchSpan[]>;
  /** The latest stretch in which the observer watched. */
  latestSpan(observer: PopId): Promise<WatchSpan | null>;
  /** Of a port: its own and those of all ports. */
  blind(query?: WatchQuery & { readonly open?: boolean }): Promise<BlindTime[]>;
  /** Traces that began in [from, to), in their order. */
  traces(query?: TraceQuery): Promise<PathTrace[]>;
}

/** A trace as a table holds it. */
export type TraceRow = Omit<PathTrace, 'runs'> & { readonly runs: string };

export const traceOf = ({ runs, ...row }: TraceRow): PathTrace => ({
  ...row,
  runs: JSON.parse(runs) as PathTrace['runs'],
});
