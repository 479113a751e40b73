import type {
  BlindTime,
  ObservedOutage,
  StateChange,
  WatchRecord,
  WatchSpan,
} from '../../../core/watch/records.js';
import type { PathTrace } from '../../../core/trace/trace.js';
import type { Connection } from '../database.js';

/** Writes one row each, within a transaction of the caller's, over the one of the same identity. */
export interface WatchWriter {
  readonly outage: (row: ObservedOutage) => void;
  readonly state: (row: StateChange) => void;
  readonly span: (row: WatchSpan) => void;
  readonly blind: (row: BlindTime) => void;
  readonly trace: (row: PathTrace) => void;
}

/** Writes records of a watch: each row by its identity, so that a record may come twice. */
export function watchPut({ db, write }: Connection): { put(record: WatchRecord): Promise<void> } {
  const rows = watchWriter(db);
  return {
    put: (record) =>
      write(() => {
        record.outages.forEach(rows.outage);
        record.states.forEach(rows.state);
        record.spans.forEach(rows.span);
        record.blind.forEach(rows.blind);
        record.traces?.forEach(rows.trace);
      }),
  };
}

export function watchWriter(db: Connection['db']): WatchWriter {
  const outage = db.prepare(
    `INSERT INTO outage (observer, port, start_at, start_earliest, start_latest, end_at, end_earliest, end_latest,
       opened_at, closed_at, voided_at, void_reason)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (observer, port, start_at) DO UPDATE SET
       end_at = excluded.end_at, end_earliest = excluded.end_earliest, end_latest = excluded.end_latest,
       closed_at = excluded.closed_at, voided_at = excluded.voided_at, void_reason = excluded.void_reason`,
  );
  const inferred = db.prepare(
    `INSERT INTO outage_inferred (observer, port, start_at, from_at, to_at, reason) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET to_at = excluded.to_at, reason = excluded.reason`,
  );
  const state = db.prepare(
    `INSERT INTO watch_state (observer, port, at, state, reason) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const span = db.prepare(
    `INSERT INTO watch_span (observer, from_at, to_at) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET to_at = max(to_at, excluded.to_at)`,
  );
  const blind = db.prepare(
    `INSERT INTO watch_blind (observer, port, from_at, to_at, reason) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET to_at = excluded.to_at`,
  );
  const trace = db.prepare(
    `INSERT INTO path_trace (observer, port, at, reason, address, runs) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET reason = excluded.reason, address = excluded.address, runs = excluded.runs`,
  );
  return {
    trace: ({ observer, port, at, reason, address, runs }) => {
      trace.run(observer, port, at, reason, address, JSON.stringify(runs));
    },
    outage: ({ observer, port, start, end, openedAt, closedAt, voided, inferred: times }) => {
      const ends = [end?.at ?? null, end?.earliest ?? null, end?.latest ?? null];
      const starts = [start.at, start.earliest, start.latest];
      const taken = [voided?.at ?? null, voided?.reason ?? null];
      outage.run(observer, port, ...starts, ...ends, openedAt, closedAt, ...taken);
      for (const { from, to, reason } of times) inferred.run(observer, port, start.at, from, to, reason);
    },
    state: ({ observer, port, at, state: now, reason }) => {
      state.run(observer, port ?? '', at, now, reason);
    },
    span: ({ observer, from, to }) => {
      span.run(observer, from, to);
    },
    blind: ({ observer, port, from, to, reason }) => {
      blind.run(observer, port ?? '', from, to, reason);
    },
  };
}
