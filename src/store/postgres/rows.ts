import type { PoolClient } from 'pg';
import {
  mergeBlind,
  mergeOutages,
  mergeSpans,
  mergeStates,
  mergeTraces,
  supersedes,
  type StoredRound,
  type StoredSlot,
} from '../../core/merge.js';
import type { PathTrace } from '../../core/trace/trace.js';
import type { BlindTime, StateChange, WatchRecord, WatchSpan } from '../../core/watch/outage.js';
import type { RowStore } from '../row-store.js';
import { sameRow, traceOf, type TraceRow } from '../watch-store.js';
import type { Connection, Query } from './database.js';
import { lock } from './migrate.js';
import { widenSightings } from './upkeep.js';
import { type MeasuredRow, type MissingRow, missingSummary, roundColumns, summary } from './round-list.js';
import { storeMarks, storeRounds } from './round-put.js';
import {
  outageColumns,
  outageOf,
  type OutageRow,
  putBlind,
  putOutage,
  putSpan,
  putState,
  putTrace,
} from './watch.js';

/** Merges rows from agents: one transaction for each batch that they send. */
export function rowStore({ write }: Connection): RowStore {
  return {
    merge: ({ slots, watch, sightings }) =>
      write(async (query, client) => {
        await widenSightings(query, sightings);
        return { slots: await mergeSlots(query, client, slots), watch: await mergeWatch(query, watch) };
      }),
  };
}

const nameOf = ({ path, slot }: { readonly path: string; readonly slot: number }): string =>
  `${path} ${slot}`;

async function mergeSlots(
  query: Query,
  client: PoolClient,
  given: readonly StoredSlot[],
): Promise<StoredSlot[]> {
  const best = new Map<string, StoredSlot>();
  for (const slot of given) {
    const other = best.get(nameOf(slot));
    if (other === undefined || supersedes(slot, other)) best.set(nameOf(slot), slot);
  }
  const added = new Set(await insert(query, client, [...best.values()]));
  const known = [...best.values()].filter((slot) => !added.has(slot));
  const better = known.length === 0 ? [] : await outranking(query, known);
  await remove(query, better);
  await insert(query, client, better);
  return [...added, ...better];
}

/** Inserts slots that have no row; resolves to those. */
async function insert(query: Query, client: PoolClient, slots: readonly StoredSlot[]): Promise<StoredSlot[]> {
  const rounds = slots.filter((slot): slot is StoredRound => slot.status !== 'missing');
  const marks = slots.filter((slot) => slot.status === 'missing');
  const answers = await storeRounds(query, client, rounds);
  const marked = new Set(marks.length === 0 ? [] : (await storeMarks(query, marks)).map(nameOf));
  return [
    ...rounds.filter((_, index) => answers[index] === 'stored'),
    ...marks.filter((mark) => marked.has(nameOf(mark))),
  ];
}

async function outranking(query: Query, slots: readonly StoredSlot[]): Promise<StoredSlot[]> {
  const held = await query<(MeasuredRow | MissingRow) & { readonly packed: Buffer | null }>(
    `SELECT ${roundColumns}, packets.packed FROM round JOIN path ON path.id = round.path_id
     LEFT JOIN packets USING (path_id, slot)
     WHERE (path.name, slot) IN (SELECT * FROM unnest($1::text[], $2::bigint[]))`,
    [slots.map(({ path }) => path), slots.map(({ slot }) => slot)],
  );
  const byName = new Map(
    held.map(({ packed, ...row }): [string, StoredSlot] => [
      nameOf(row),
      row.status === 'missing' ? missingSummary(row) : { ...summary(row), packed },
    ]),
  );
  return slots.filter((slot) => {
    const other = byName.get(nameOf(slot));
    return other === undefined || supersedes(slot, other);
  });
}

async function remove(query: Query, slots: readonly StoredSlot[]): Promise<void> {
  if (slots.length === 0) return;
  for (const table of ['size', 'packets', 'round']) {
    await query(
      `DELETE FROM ${table} WHERE (path_id, slot) IN
         (SELECT path.id, given.slot FROM unnest($1::text[], $2::bigint[]) AS given (name, slot) JOIN path USING (name))`,
      [slots.map(({ path }) => path), slots.map(({ slot }) => slot)],
    );
  }
}

/** Merges each row with the stored one within the caller's transaction; resolves to the rows that changed. */
async function mergeWatch(query: Query, record: WatchRecord): Promise<WatchRecord> {
  const { outages, states, spans, blind, traces = [] } = record;
  if (outages.length + states.length + spans.length + blind.length + traces.length === 0) return record;
  // Two hubs that read at the same time would overwrite each other's rows.
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

/** Each merged row that differs from the stored one. */
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
