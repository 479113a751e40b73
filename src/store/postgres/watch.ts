import type { PathTrace } from '../../core/trace/trace.js';
import type { EpochMs, PopId } from '../../core/types.js';
import type {
  BlindReason,
  BlindTime,
  ObservedOutage,
  StateChange,
  WatchRecord,
  WatchSpan,
} from '../../core/watch/outage.js';
import { eventOf, type LedgerRow } from '../rows/statement.js';
import {
  type OutageKey,
  outageName,
  outagesSpokenOf,
  traceOf,
  type TraceRow,
  watchRowsAtOnce,
  type WatchStore,
  watchSweeps,
} from '../watch-store.js';
import type { Connection, Query, Value } from './database.js';

/** The conditions that have a value, joined, with the values in order; `?` stands for the value. */
function conditions(parts: readonly (readonly [sql: string, value: string | number | undefined])[]): {
  readonly where: string;
  readonly values: Value[];
} {
  const values: Value[] = [];
  const given = parts.flatMap(([sql, value]) => {
    if (value === undefined) return [];
    values.push(value);
    return [sql.replace('?', `$${values.length}`)];
  });
  return { where: ['true', ...given].join(' AND '), values };
}

export interface OutageRow {
  readonly observer: PopId;
  readonly port: PopId;
  readonly start: ObservedOutage['start'];
  readonly end: ObservedOutage['end'];
  readonly openedAt: EpochMs;
  readonly closedAt: EpochMs | null;
  readonly voidedAt: EpochMs | null;
  readonly voidReason: BlindReason | null;
  readonly inferred: ObservedOutage['inferred'] | null;
}

/** The selected columns of `outage`. */
export const outageColumns = `observer, port, opened_at AS "openedAt", closed_at AS "closedAt",
  json_build_object('at', start_at, 'earliest', start_earliest, 'latest', start_latest) AS start,
  CASE WHEN end_at IS NOT NULL THEN
    json_build_object('at', end_at, 'earliest', end_earliest, 'latest', end_latest) END AS "end",
  voided_at AS "voidedAt", void_reason AS "voidReason",
  (SELECT json_agg(json_build_object('from', from_at, 'to', to_at, 'reason', reason) ORDER BY from_at)
   FROM outage_inferred AS part
   WHERE part.observer = outage.observer AND part.port = outage.port AND part.start_at = outage.start_at) AS inferred`;

function outageReads({ read }: Connection): Pick<WatchStore, 'outages'> {
  return {
    async outages({ order, limit, open, ...query } = {}) {
      const { where, values } = conditions([
        ['observer = ?', query.observer],
        ['port = ?', query.port],
        ['start_at < ?', query.to],
        // One in progress overlaps all later time; a voided one has ended.
        ['coalesce(end_at, voided_at, 9223372036854775807) > ?', query.from],
      ]);
      const lasting = open === true ? ' AND end_at IS NULL AND voided_at IS NULL' : '';
      const newest = (order ?? (limit === undefined ? 'oldest' : 'newest')) === 'newest';
      const rows = await read<OutageRow>(
        `SELECT ${outageColumns} FROM outage WHERE ${where}${lasting}
         ORDER BY start_at ${newest ? 'DESC' : 'ASC'}, port, observer LIMIT $${values.length + 1}`,
        [...values, limit ?? null],
      );
      return rows.map(outageOf);
    },
  };
}

export const outageOf = ({
  voidedAt: at,
  voidReason: reason,
  inferred,
  ...outage
}: OutageRow): ObservedOutage => ({
  ...outage,
  inferred: inferred ?? [],
  voided: at === null || reason === null ? null : { at, reason },
});

/** Writes watch records: each row by its identity, so that a record may be written twice. */
function watchPut({ write }: Connection): { put(record: WatchRecord): Promise<void> } {
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

/** Deletes watch rows from before an instant; resolves to the number of deleted rows. */
export function watchSweeper({ read, write }: Connection): (before: EpochMs) => Promise<number> {
  return async (before) => {
    let removed = 0;
    for (const sql of watchSweeps(before)) {
      for (let batch = watchRowsAtOnce; batch === watchRowsAtOnce; removed += batch)
        batch = (await write((query) => query(`${sql} RETURNING 1`))).length;
    }
    const kept = outagesSpokenOf(
      (await read<LedgerRow>(`SELECT * FROM ledger WHERE action LIKE '%"of":{%'`)).map(eventOf),
    );
    const sweepAfter = ({ start, observer, port }: OutageKey): Promise<OutageKey | undefined> =>
      write(async (query) => {
        const keys = await query<OutageKey>(
          `SELECT observer, port, start_at AS start FROM outage
           WHERE coalesce(end_at, voided_at) < $1 AND (start_at, observer, port) > ($2, $3, $4)
           ORDER BY start_at, observer, port LIMIT $5`,
          [before, start, observer, port, watchRowsAtOnce],
        );
        // Its inferred times are deleted with it.
        for (const key of keys.filter((one) => !kept.has(outageName(one)))) {
          const gone = await query(
            'DELETE FROM outage WHERE observer = $1 AND port = $2 AND start_at = $3 RETURNING 1',
            [key.observer, key.port, key.start],
          );
          removed += gone.length;
        }
        return keys.at(-1);
      });
    const first = { start: Number.MIN_SAFE_INTEGER, observer: '', port: '' };
    for (let last: OutageKey | undefined = first; last;) last = await sweepAfter(last);
    return removed;
  };
}

type Reads = Pick<
  WatchStore,
  'watchers' | 'states' | 'latestStates' | 'spans' | 'latestSpan' | 'blind' | 'traces'
>;

const change = `observer, nullif(port, '') AS port, at, state, reason`;
const span = 'observer, from_at AS "from", to_at AS "to"';

function watchReads({ read }: Connection): Reads {
  return {
    watchers: () =>
      read<{ observer: PopId; port: PopId }>(
        `SELECT observer, port FROM watch_state WHERE port <> ''
         UNION SELECT observer, port FROM outage ORDER BY port, observer`,
      ),
    states: (query = {}) => {
      const { where, values } = conditions([
        ['observer = ?', query.observer],
        ['port = ?', query.port],
        ['at >= ?', query.from],
        ['at < ?', query.to],
      ]);
      return read<StateChange>(`SELECT ${change} FROM watch_state WHERE ${where} ORDER BY at, id`, values);
    },
    latestStates: (observer) =>
      read<StateChange>(
        `SELECT ${change} FROM watch_state WHERE id IN
           (SELECT max(id) FROM watch_state WHERE observer = $1 GROUP BY port) ORDER BY watch_state.port`,
        [observer],
      ),
    spans: (observer, within) => {
      const { where, values } = conditions([
        ['observer = ?', observer],
        ['from_at < ?', within?.to],
        ['to_at > ?', within?.from],
      ]);
      return read<WatchSpan>(`SELECT ${span} FROM watch_span WHERE ${where} ORDER BY from_at`, values);
    },
    async traces(query = {}) {
      const { where, values } = conditions([
        ['observer = ?', query.observer],
        ['port = ?', query.port],
        ['reason = ?', query.reason],
        ['at >= ?', query.from],
        ['at < ?', query.to],
      ]);
      const most = query.limit === undefined ? '' : `LIMIT ${Math.trunc(query.limit)}`;
      const newest = await read<TraceRow>(
        `SELECT observer, port, at, reason, address, runs FROM path_trace WHERE ${where}
         ORDER BY at DESC, port DESC, observer DESC ${most}`,
        values,
      );
      return newest.reverse().map(traceOf);
    },
    async latestSpan(observer) {
      const rows = await read<WatchSpan>(
        `SELECT ${span} FROM watch_span WHERE observer = $1 ORDER BY from_at DESC LIMIT 1`,
        [observer],
      );
      return rows[0] ?? null;
    },
    blind: (query = {}) => {
      const { where, values } = conditions([
        ['observer = ?', query.observer],
        [`port IN ('', ?)`, query.port],
        ['from_at < ?', query.to],
        ['(to_at IS NULL OR to_at > ?)', query.from],
      ]);
      const lasting = query.open === true ? ' AND to_at IS NULL' : '';
      return read<BlindTime>(
        `SELECT observer, nullif(port, '') AS port, from_at AS "from", to_at AS "to", reason
         FROM watch_blind WHERE ${where}${lasting} ORDER BY from_at, watch_blind.port`,
        values,
      );
    },
  };
}

export function watchStore(on: Connection): WatchStore {
  return { ...watchPut(on), ...outageReads(on), ...watchReads(on) };
}
