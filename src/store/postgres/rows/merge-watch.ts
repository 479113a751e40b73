import { mergeBlind, mergeOutages, mergeSpans, mergeStates, mergeTraces } from '../../../core/merge/watch.js';
import type { BlindTime, StateChange, WatchRecord, WatchSpan } from '../../../core/watch/records.js';
import type { PathTrace } from '../../../core/trace/trace.js';
import { sameRow } from '../../merged-row.js';
import { traceOf, type TraceRow } from '../../watch-store.js';
import type { Query } from '../database.js';
import { lock } from '../locks.js';
import { outageColumns, outageOf, type OutageRow } from '../watch/outages.js';
import { putBlind, putOutage, putSpan, putState, putTrace } from '../watch/put.js';

/** Within a transaction of the caller's: merges each row with the one that is there. Gives what is news. */
export async function mergeWatch(query: Query, record: WatchRecord): Promise<WatchRecord> {
  const { outages, states, spans, blind, traces = [] } = record;
  if (outages.length + states.length + spans.length + blind.length + traces.length === 0) return record;
  // What two hubs read at one time they would both write over each other.
  await lock(query, 'watch');
  const one = async <Row>(sql: string, values: (string | number)[]): Promise<Row | undefined> =>
    (await query<Row>(sql, values))[0];

  const heldOutage = async ({ observer, port, start }: WatchRecord['outages'][number]) => {
    const held = await one<OutageRow>(
      `SELECT ${outageColumns} FROM outage WHERE observer = $1 AND port = $2 AND start_at = $3`,
      [observer, port, start.at],
    );
    return held && outageOf(held);
  };
  const heldState = ({ observer, port, at, state }: StateChange) =>
    one<StateChange>(
      `SELECT observer, nullif(port, '') AS port, at, state, reason FROM watch_state
       WHERE observer = $1 AND port = $2 AND at = $3 AND state = $4`,
      [observer, port ?? '', at, state],
    );
  const heldSpan = ({ observer, from }: WatchSpan) =>
    one<WatchSpan>(
      'SELECT observer, from_at AS "from", to_at AS "to" FROM watch_span WHERE observer = $1 AND from_at = $2',
      [observer, from],
    );
  const heldBlind = ({ observer, port, from, reason }: BlindTime) =>
    one<BlindTime>(
      `SELECT observer, nullif(port, '') AS port, from_at AS "from", to_at AS "to", reason FROM watch_blind
       WHERE observer = $1 AND port = $2 AND from_at = $3 AND reason = $4`,
      [observer, port ?? '', from, reason],
    );
  const heldTrace = async ({ observer, port, at }: PathTrace) => {
    const row = await one<TraceRow>(
      `SELECT observer, port, at, reason, address, runs FROM path_trace
       WHERE observer = $1 AND port = $2 AND at = $3`,
      [observer, port, at],
    );
    return row && traceOf(row);
  };
  const placeState = async (row: StateChange): Promise<void> => {
    await query(
      'UPDATE watch_state SET reason = $1 WHERE observer = $2 AND port = $3 AND at = $4 AND state = $5',
      [...[row.reason, row.observer, row.port ?? '', row.at, row.state]],
    );
    await putState(query, row);
  };
  return {
    outages: await news(outages, heldOutage, mergeOutages, (row) => putOutage(query, row)),
    states: await news(states, heldState, mergeStates, placeState),
    spans: await news(spans, heldSpan, mergeSpans, (row) => putSpan(query, row)),
    blind: await news(blind, heldBlind, mergeBlind, (row) => putBlind(query, row)),
    traces: await news(traces, heldTrace, mergeTraces, (row) => putTrace(query, row)),
  };
}

/** Each row as it is to stand, where that differs from what stands. */
async function news<Row extends object>(
  rows: readonly Row[],
  heldOf: (row: Row) => Promise<Row | undefined>,
  merge: (a: Row, b: Row) => Row,
  put: (row: Row) => Promise<void>,
): Promise<Row[]> {
  const changed: Row[] = [];
  for (const row of rows) {
    const held = await heldOf(row);
    const stands = held === undefined ? row : merge(held, row);
    if (held !== undefined && sameRow(stands, held)) continue;
    await put(stands);
    changed.push(stands);
  }
  return changed;
}
