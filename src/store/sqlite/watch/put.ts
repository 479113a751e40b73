import type { WatchRecord } from '../../../core/watch/records.js';
import type { Connection } from '../database.js';

/** Writes records of a watch: each row by its identity, so that a record may come twice. */
export function watchPut({ db, write }: Connection): { put(record: WatchRecord): Promise<void> } {
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
  return {
    put: (record) =>
      write(() => {
        for (const { observer, port, start, end, openedAt, closedAt, ...rest } of record.outages) {
          const ends = [end?.at ?? null, end?.earliest ?? null, end?.latest ?? null];
          const voided = [rest.voided?.at ?? null, rest.voided?.reason ?? null];
          const starts = [start.at, start.earliest, start.latest];
          outage.run(observer, port, ...starts, ...ends, openedAt, closedAt, ...voided);
          for (const { from, to, reason } of rest.inferred)
            inferred.run(observer, port, start.at, from, to, reason);
        }
        for (const { observer, port, at, state: now, reason } of record.states)
          state.run(observer, port ?? '', at, now, reason);
        for (const { observer, from, to } of record.spans) span.run(observer, from, to);
        for (const { observer, port, from, to, reason } of record.blind)
          blind.run(observer, port ?? '', from, to, reason);
      }),
  };
}
