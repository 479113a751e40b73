import type { LedgerEvent } from '../core/ledger/actions.js';
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

/** A trace as a table row. */
export type TraceRow = Omit<PathTrace, 'runs'> & { readonly runs: string };

export const traceOf = ({ runs, ...row }: TraceRow): PathTrace => ({
  ...row,
  runs: JSON.parse(runs) as PathTrace['runs'],
});

/** Rows per transaction, so that other writers are not blocked for long. */
export const watchRowsAtOnce = 200;

const whole = (at: EpochMs): number => Math.trunc(at);

/**
 * Statements that each database repeats until one deletes fewer than `watchRowsAtOnce` rows. They delete rows from
 * before an instant that are not needed for the time after it. The latest state of each port and the latest heartbeats
 * of each observer stay, because they describe the state at the start of the retained time.
 */
export const watchSweeps = (before: EpochMs): readonly string[] => [
  `DELETE FROM watch_state WHERE id IN (
     SELECT old.id FROM watch_state AS old WHERE old.at < ${whole(before)} AND EXISTS (
       SELECT 1 FROM watch_state AS later WHERE later.observer = old.observer AND later.port = old.port
         AND later.at >= old.at AND later.at < ${whole(before)} AND later.id > old.id)
     ORDER BY old.at LIMIT ${watchRowsAtOnce})`,
  `DELETE FROM watch_span WHERE (observer, from_at) IN (
     SELECT old.observer, old.from_at FROM watch_span AS old WHERE old.to_at < ${whole(before)} AND EXISTS (
       SELECT 1 FROM watch_span AS later WHERE later.observer = old.observer AND later.from_at > old.from_at)
     LIMIT ${watchRowsAtOnce})`,
  `DELETE FROM watch_blind WHERE (observer, port, from_at, reason) IN (
     SELECT observer, port, from_at, reason FROM watch_blind WHERE to_at < ${whole(before)}
     LIMIT ${watchRowsAtOnce})`,
  `DELETE FROM path_trace WHERE (observer, port, at) IN (
     SELECT observer, port, at FROM path_trace WHERE at < ${whole(before)} LIMIT ${watchRowsAtOnce})`,
];

/** The identity of an outage's row. */
export interface OutageKey {
  readonly observer: PopId;
  readonly port: PopId;
  readonly start: EpochMs;
}

export const outageName = ({ observer, port, start }: OutageKey): string => `${port}@${observer}/${start}`;

/** Measured outages with a correction in the ledger: the row is retained as long as the correction. */
export function outagesSpokenOf(events: readonly Pick<LedgerEvent, 'action'>[]): ReadonlySet<string> {
  return new Set(
    events.flatMap(({ action }) =>
      'of' in action && typeof action.of === 'object' && 'observer' in action.of
        ? [outageName(action.of)]
        : [],
    ),
  );
}
/** Whether two watch rows have the same content. */
export function sameRow(a: object, b: object): boolean {
  return canonical(a) === canonical(b);
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

/** Only paths that have a slot. */
export const newestOf = (
  rows: readonly { readonly path: PathId; readonly slot: EpochMs | null }[],
): ReadonlyMap<PathId, EpochMs> =>
  new Map(rows.flatMap(({ path, slot }) => (slot === null ? [] : [[path, slot] as const])));
