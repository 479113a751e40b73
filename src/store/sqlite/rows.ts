import type Database from 'better-sqlite3';
import type { SizeCounts } from '../../core/measurement/round.js';
import {
  mergeBlind,
  mergeOutages,
  mergeSpans,
  mergeStates,
  mergeTraces,
  supersedes,
  type StoredSlot,
} from '../../core/merge.js';
import type { EpochMs, PathId } from '../../core/types.js';
import type { BlindTime, StateChange, WatchRecord, WatchSpan } from '../../core/watch/outage.js';
import type { RowStore, StoredRows } from '../row-store.js';
import { sameRow, traceOf, type TraceRow } from '../watch-store.js';
import type { Connection } from './database.js';
import { pathNumber, sightingWriter } from './upkeep.js';
import {
  type MeasuredRow,
  type MissingRow,
  missingSummary,
  roundColumns,
  roundRows,
  sizesQuery,
  summary,
} from './round-list.js';
import { outageReader, watchWriter } from './watch.js';

/** Reads the stored row of a slot in full; undefined when there is none. */
export function slotReader(db: Database.Database): (slot: EpochMs, pathId: number) => StoredSlot | undefined {
  const row = db.prepare<[EpochMs, number], (MeasuredRow | MissingRow) & { readonly packed: Buffer | null }>(
    `SELECT ${roundColumns}, packets.packed
     FROM round JOIN path ON path.id = path_id LEFT JOIN packets ON packets.id = packets_id
     WHERE slot = ? AND path_id = ?`,
  );
  const sizes = db.prepare<[number, EpochMs], SizeCounts>(sizesQuery);
  return (slot, pathId) => {
    const found = row.get(slot, pathId);
    if (found === undefined) return undefined;
    if (found.status === 'missing') return missingSummary(found);
    return { ...summary(found, sizes.all(pathId, slot)), packed: found.packed };
  };
}

/** Merges rows from agents: one transaction for each batch that they send. */
export function rowStore({ db, write }: Connection): RowStore {
  const numberOf = pathNumber(db);
  const rows = roundRows(db);
  const heldSlot = slotReader(db);
  const mergeWatch = watchMerger(db);
  const sight = sightingWriter(db);

  const put = (pathId: number, slot: StoredSlot): boolean => {
    if (rows.isKnown(slot.slot, pathId)) {
      const held = heldSlot(slot.slot, pathId);
      if (held !== undefined && !supersedes(slot, held)) return false;
      rows.remove(slot.slot, pathId);
    }
    if (slot.status === 'missing') rows.mark(pathId, slot.slot, slot.reason);
    else rows.insert(pathId, slot);
    return true;
  };

  const mergeSlots = (slots: StoredRows['slots']): StoredSlot[] => {
    const numbers = new Map<PathId, number>();
    return slots.filter((slot) => {
      const pathId = numbers.get(slot.path) ?? numberOf(slot.path);
      numbers.set(slot.path, pathId);
      return put(pathId, slot);
    });
  };

  return {
    merge: ({ slots, watch, sightings }) =>
      write(() => {
        for (const sighting of sightings) sight(sighting);
        return { slots: mergeSlots(slots), watch: mergeWatch(watch) };
      }),
  };
}

/** Merges each row with the stored one within the caller's transaction; returns the rows that changed. */
function watchMerger(db: Database.Database): (record: WatchRecord) => WatchRecord {
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

  /** Each merged row that differs from the stored one. */
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
