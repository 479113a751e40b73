import type Database from 'better-sqlite3';
import { mergeBlind, mergeOutages, mergeSpans, mergeStates, mergeTraces } from '../../../core/merge/watch.js';
import type { BlindTime, StateChange, WatchRecord, WatchSpan } from '../../../core/watch/records.js';
import { sameRow } from '../../merged-row.js';
import { traceOf, type TraceRow } from '../../watch-store.js';
import { watchWriter } from '../watch/put.js';
import { outageReader } from '../watch/outages.js';

/** Within a transaction of the caller's: merges each row with the one that is there. Gives what is news. */
export function watchMerger(db: Database.Database): (record: WatchRecord) => WatchRecord {
  const write = watchWriter(db);
  const outage = outageReader(db);
  const state = db.prepare<unknown[], StateChange>(
    `SELECT observer, nullif(port, '') AS port, at, state, reason FROM watch_state
     WHERE observer = ? AND port = ? AND at = ? AND state = ?`,
  );
  const reason = db.prepare(
    'UPDATE watch_state SET reason = ? WHERE observer = ? AND port = ? AND at = ? AND state = ?',
  );
  const span = db.prepare<unknown[], WatchSpan>(
    'SELECT observer, from_at AS "from", to_at AS "to" FROM watch_span WHERE observer = ? AND from_at = ?',
  );
  const blind = db.prepare<unknown[], BlindTime>(
    `SELECT observer, nullif(port, '') AS port, from_at AS "from", to_at AS "to", reason FROM watch_blind
     WHERE observer = ? AND port = ? AND from_at = ? AND reason = ?`,
  );

  const trace = db.prepare<unknown[], TraceRow>(
    `SELECT observer, port, at, reason, address, runs FROM path_trace
     WHERE observer = ? AND port = ? AND at = ?`,
  );

  /** Each row as it is to stand, where that differs from what stands. */
  const news = <Row extends object>(
    rows: readonly Row[],
    heldOf: (row: Row) => Row | undefined,
    merge: (a: Row, b: Row) => Row,
    put: (row: Row, held: Row | undefined) => void,
  ): Row[] =>
    rows.flatMap((row) => {
      const held = heldOf(row);
      const stands = held === undefined ? row : merge(held, row);
      if (held !== undefined && sameRow(stands, held)) return [];
      put(stands, held);
      return [stands];
    });

  return (record) => ({
    outages: news(
      record.outages,
      ({ observer, port, start }) => outage(observer, port, start.at),
      mergeOutages,
      (row) => {
        write.outage(row);
      },
    ),
    states: news(
      record.states,
      (row) => state.get(row.observer, row.port ?? '', row.at, row.state),
      mergeStates,
      (row, held) => {
        if (held) reason.run(row.reason, row.observer, row.port ?? '', row.at, row.state);
        else write.state(row);
      },
    ),
    spans: news(
      record.spans,
      ({ observer, from }) => span.get(observer, from),
      mergeSpans,
      (row) => {
        write.span(row);
      },
    ),
    blind: news(
      record.blind,
      (row) => blind.get(row.observer, row.port ?? '', row.from, row.reason),
      mergeBlind,
      (row) => {
        write.blind(row);
      },
    ),
    traces: news(
      record.traces ?? [],
      ({ observer, port, at }) => {
        const row = trace.get(observer, port, at);
        return row && traceOf(row);
      },
      mergeTraces,
      (row) => {
        write.trace(row);
      },
    ),
  });
}
