import type {
  BlindTime,
  ObservedOutage,
  StateChange,
  WatchRecord,
  WatchSpan,
} from '../../../core/watch/records.js';
import type { PathTrace } from '../../../core/trace/trace.js';
import type { Connection, Query } from '../database.js';

/** Writes records of a watch: each row by its identity, so that a record may come twice. */
export function watchPut({ write }: Connection): { put(record: WatchRecord): Promise<void> } {
  return {
    put: (record) =>
      write(async (query) => {
        for (const row of record.outages) await putOutage(query, row);
        for (const row of record.states) await putState(query, row);
        for (const row of record.spans) await putSpan(query, row);
        for (const row of record.blind) await putBlind(query, row);
        for (const row of record.traces ?? []) await putTrace(query, row);
      }),
  };
}

export async function putState(query: Query, row: StateChange): Promise<void> {
  await query(
    `INSERT INTO watch_state (observer, port, at, state, reason) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [row.observer, row.port ?? '', row.at, row.state, row.reason],
  );
}

export async function putSpan(query: Query, { observer, from, to }: WatchSpan): Promise<void> {
  await query(
    `INSERT INTO watch_span (observer, from_at, to_at) VALUES ($1, $2, $3) ON CONFLICT (observer, from_at)
     DO UPDATE SET to_at = greatest(watch_span.to_at, excluded.to_at)`,
    [observer, from, to],
  );
}

export async function putBlind(query: Query, row: BlindTime): Promise<void> {
  await query(
    `INSERT INTO watch_blind (observer, port, from_at, to_at, reason) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (observer, port, from_at, reason) DO UPDATE SET to_at = excluded.to_at`,
    [row.observer, row.port ?? '', row.from, row.to, row.reason],
  );
}

export async function putTrace(
  query: Query,
  { observer, port, at, reason, address, runs }: PathTrace,
): Promise<void> {
  await query(
    `INSERT INTO path_trace (observer, port, at, reason, address, runs) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (observer, port, at)
     DO UPDATE SET reason = excluded.reason, address = excluded.address, runs = excluded.runs`,
    [observer, port, at, reason, address, JSON.stringify(runs)],
  );
}

export async function putOutage(query: Query, outage: ObservedOutage): Promise<void> {
  const { observer, port, start, end, openedAt, closedAt, voided, inferred } = outage;
  await query(
    `INSERT INTO outage (observer, port, start_at, start_earliest, start_latest, end_at, end_earliest, end_latest,
       opened_at, closed_at, voided_at, void_reason)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     ON CONFLICT (observer, port, start_at) DO UPDATE SET
       end_at = excluded.end_at, end_earliest = excluded.end_earliest, end_latest = excluded.end_latest,
       closed_at = excluded.closed_at, voided_at = excluded.voided_at, void_reason = excluded.void_reason`,
    [
      ...[observer, port, start.at, start.earliest, start.latest],
      ...[end?.at ?? null, end?.earliest ?? null, end?.latest ?? null],
      ...[openedAt, closedAt, voided?.at ?? null, voided?.reason ?? null],
    ],
  );
  for (const { from, to, reason } of inferred) {
    await query(
      `INSERT INTO outage_inferred (observer, port, start_at, from_at, to_at, reason) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (observer, port, start_at, from_at) DO UPDATE SET to_at = excluded.to_at, reason = excluded.reason`,
      [observer, port, start.at, from, to, reason],
    );
  }
}
