import type Database from 'better-sqlite3';
import { pathEnds } from '../../../core/path/path.js';
import type { PathId, PopId } from '../../../core/types.js';
import type { PathTrace } from '../../../core/trace/trace.js';
import type { BlindTime, ObservedOutage, StateChange, WatchSpan } from '../../../core/watch/records.js';
import type { Forwarded, ForwardQuery } from '../../forward-store.js';
import { noRows, type Sighting } from '../../row-store.js';
import { traceOf, type TraceRow } from '../../watch-store.js';
import { outageReader } from '../watch/outages.js';
import { slotReader } from '../rows/read-slot.js';

type Line = (query: ForwardQuery, pop: PopId) => Forwarded;

interface SlotKey {
  readonly number: number;
  readonly slot: number;
  readonly pathId: number;
}

interface WatchKey {
  readonly number: number;
  readonly kind: 'outage' | 'state' | 'span' | 'blind' | 'path' | 'trace';
  readonly observer: string;
  readonly port: string;
  readonly at: number;
  readonly detail: string;
}

/** Their turn, then the order in which they came to wait. */
function keysOf<Key extends { readonly number: number }>(
  db: Database.Database,
  columns: string,
  table: string,
): (query: ForwardQuery) => Key[] {
  const sql = (direction: string): string =>
    `SELECT number, ${columns} FROM ${table} WHERE number > ? AND number <= ? ORDER BY number ${direction} LIMIT ?`;
  const statements = {
    oldest: db.prepare<number[], Key>(sql('ASC')),
    newest: db.prepare<number[], Key>(sql('DESC')),
  };
  return ({ after, upTo, order, limit }) =>
    statements[order]
      .all(after ?? 0, upTo ?? Number.MAX_SAFE_INTEGER, limit)
      .sort((a, b) => a.number - b.number);
}

const isPathOf = (path: PathId, pop: PopId): boolean => pathEnds(path)?.source === pop;

export function slotLine(db: Database.Database): Line {
  const keys = keysOf<SlotKey>(db, 'slot, path_id AS pathId', 'forward_slot');
  const read = slotReader(db);
  return (query, pop) => {
    const found = keys(query);
    const slots = found.flatMap(({ slot, pathId }) => read(slot, pathId) ?? []);
    return {
      rows: { ...noRows, slots: slots.filter(({ path }) => isPathOf(path, pop)) },
      numbers: found.map(({ number }) => number),
    };
  };
}

export function watchLine(db: Database.Database): Line {
  const keys = keysOf<WatchKey>(db, 'kind, observer, port, at, detail', 'forward_watch');
  const outage = outageReader(db);
  const state = db.prepare<unknown[], StateChange>(
    `SELECT observer, nullif(port, '') AS port, at, state, reason FROM watch_state
     WHERE observer = ? AND port = ? AND at = ? AND state = ?`,
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
  const sighting = db.prepare<[string], Sighting>(
    `SELECT name AS path, first_seen_at AS firstSeenAt, last_seen_at AS lastSeenAt FROM path WHERE name = ?`,
  );
  return (query, pop) => {
    const found = keys(query);
    const rows = {
      outages: [] as ObservedOutage[],
      states: [] as StateChange[],
      spans: [] as WatchSpan[],
      blind: [] as BlindTime[],
      traces: [] as PathTrace[],
      sightings: [] as Sighting[],
    };
    const take = <Row>(into: Row[], row: Row | undefined): void => {
      if (row !== undefined) into.push(row);
    };
    for (const { kind, observer, port, at, detail } of found) {
      if (kind === 'path') {
        if (isPathOf(observer as PathId, pop)) take(rows.sightings, sighting.get(observer));
        continue;
      }
      if (observer !== pop) continue;
      if (kind === 'outage') take(rows.outages, outage(observer, port, at));
      else if (kind === 'state') take(rows.states, state.get(observer, port, at, detail));
      else if (kind === 'span') take(rows.spans, span.get(observer, at));
      else if (kind === 'trace') {
        const row = trace.get(observer, port, at);
        take(rows.traces, row && traceOf(row));
      } else take(rows.blind, blind.get(observer, port, at, detail));
    }
    const { sightings, ...watch } = rows;
    return { rows: { ...noRows, watch, sightings }, numbers: found.map(({ number }) => number) };
  };
}
