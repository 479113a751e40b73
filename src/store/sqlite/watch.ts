import type { PathTrace } from '../../core/trace/trace.js';
import type { EpochMs, PopId } from '../../core/types.js';
import type {
  BlindReason,
  BlindTime,
  ObservedOutage,
  OutageEdge,
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
import type { Connection } from './database.js';

/** The conditions that have a value, joined, with the values in order. */
function conditions(parts: readonly (readonly [sql: string, value: string | number | undefined])[]): {
  readonly where: string;
  readonly values: (string | number)[];
} {
  const given = parts.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, value }]));
  return {
    where: ['1', ...given.map(({ sql }) => sql)].join(' AND '),
    values: given.map(({ value }) => value),
  };
}

interface Row {
  readonly observer: PopId;
  readonly port: PopId;
  readonly start_at: EpochMs;
  readonly start_earliest: EpochMs;
  readonly start_latest: EpochMs;
  readonly end_at: EpochMs | null;
  readonly end_earliest: EpochMs | null;
  readonly end_latest: EpochMs | null;
  readonly opened_at: EpochMs;
  readonly closed_at: EpochMs | null;
  readonly voided_at: EpochMs | null;
  readonly void_reason: BlindReason | null;
  readonly has_inferred: number;
}

/** Few outages have inferred times: only for those is the table read. */
const hasInferred = `EXISTS (SELECT 1 FROM outage_inferred AS i WHERE i.observer = outage.observer
  AND i.port = outage.port AND i.start_at = outage.start_at) AS has_inferred`;

interface InferredRow {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly reason: BlindReason;
}

function outageReads({ db, read }: Connection): Pick<WatchStore, 'outages'> {
  const outageOf = outageMaker(db);
  return {
    outages: ({ order, limit, open, ...query } = {}) =>
      read(() => {
        const { where, values } = conditions([
          ['observer = ?', query.observer],
          ['port = ?', query.port],
          ['start_at < ?', query.to],
          // One in progress overlaps all later time; a voided one has ended.
          ['coalesce(end_at, voided_at, 9223372036854775807) > ?', query.from],
        ]);
        const lasting = open === true ? ' AND end_at IS NULL AND voided_at IS NULL' : '';
        const newest = (order ?? (limit === undefined ? 'oldest' : 'newest')) === 'newest';
        const direction = newest ? 'DESC' : 'ASC';
        return db
          .prepare<(string | number)[], Row>(
            `SELECT *, ${hasInferred} FROM outage WHERE ${where}${lasting}
             ORDER BY start_at ${direction}, port, observer LIMIT ?`,
          )
          .all(...values, limit ?? -1)
          .map(outageOf);
      }),
  };
}

/** Reads one outage with its inferred times. */
export function outageReader(
  db: Connection['db'],
): (observer: PopId, port: PopId, startAt: EpochMs) => ObservedOutage | undefined {
  const outageOf = outageMaker(db);
  const found = db.prepare<[PopId, PopId, EpochMs], Row>(
    `SELECT *, ${hasInferred} FROM outage WHERE observer = ? AND port = ? AND start_at = ?`,
  );
  return (...key) => {
    const row = found.get(...key);
    return row && outageOf(row);
  };
}

function outageMaker(db: Connection['db']): (row: Row) => ObservedOutage {
  const inferredOf = db.prepare<[PopId, PopId, EpochMs], InferredRow>(
    `SELECT from_at AS "from", to_at AS "to", reason FROM outage_inferred
     WHERE observer = ? AND port = ? AND start_at = ? ORDER BY from_at`,
  );
  return (row) => ({
    observer: row.observer,
    port: row.port,
    start: { at: row.start_at, earliest: row.start_earliest, latest: row.start_latest },
    end: endOf(row),
    openedAt: row.opened_at,
    closedAt: row.closed_at,
    inferred: row.has_inferred === 1 ? inferredOf.all(row.observer, row.port, row.start_at) : [],
    voided:
      row.voided_at === null || row.void_reason === null
        ? null
        : { at: row.voided_at, reason: row.void_reason },
  });
}

function endOf({ end_at: at, end_earliest: earliest, end_latest: latest }: Row): OutageEdge | null {
  return at === null || earliest === null || latest === null ? null : { at, earliest, latest };
}

/** Writes one row each, within the caller's transaction, replacing the one with the same identity. */
interface WatchWriter {
  readonly outage: (row: ObservedOutage) => void;
  readonly state: (row: StateChange) => void;
  readonly span: (row: WatchSpan) => void;
  readonly blind: (row: BlindTime) => void;
  readonly trace: (row: PathTrace) => void;
}

/** Writes watch records: each row by its identity, so that a record may be written twice. */
function watchPut({ db, write }: Connection): { put(record: WatchRecord): Promise<void> } {
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

/** Deletes watch rows from before an instant; resolves to the number of deleted rows. */
export function watchSweeper({ db, write }: Connection): (before: EpochMs) => Promise<number> {
  const spoken = db.prepare<[], LedgerRow>(`SELECT * FROM ledger WHERE action LIKE '%"of":{%'`);
  const ended = db.prepare<[EpochMs, EpochMs, string, string, number], OutageKey>(
    `SELECT observer, port, start_at AS start FROM outage
     WHERE coalesce(end_at, voided_at) < ? AND (start_at, observer, port) > (?, ?, ?)
     ORDER BY start_at, observer, port LIMIT ?`,
  );
  // Its inferred times are deleted with it.
  const forget = db.prepare<OutageKey>(
    'DELETE FROM outage WHERE observer = @observer AND port = @port AND start_at = @start',
  );
  return async (before) => {
    let removed = 0;
    for (const sql of watchSweeps(before)) {
      const statement = db.prepare(sql);
      for (let batch = watchRowsAtOnce; batch === watchRowsAtOnce; removed += batch)
        batch = await write(() => statement.run().changes);
    }
    const kept = outagesSpokenOf(spoken.all().map(eventOf));
    const sweepAfter = ({ start, observer, port }: OutageKey): Promise<OutageKey | undefined> =>
      write(() => {
        const keys = ended.all(before, start, observer, port, watchRowsAtOnce);
        for (const key of keys) if (!kept.has(outageName(key))) removed += forget.run(key).changes;
        return keys.at(-1);
      });
    const first = { start: Number.MIN_SAFE_INTEGER, observer: '', port: '' };
    for (let last: OutageKey | undefined = first; last;) last = await sweepAfter(last);
    return removed;
  };
}

export function watchStore(on: Connection): WatchStore {
  return { ...watchPut(on), ...outageReads(on), ...watchReads(on) };
}

type Reads = Pick<
  WatchStore,
  'watchers' | 'states' | 'latestStates' | 'spans' | 'latestSpan' | 'blind' | 'traces'
>;

function watchReads({ db, read }: Connection): Reads {
  const all = <Row>(sql: string, values: readonly (string | number)[]): Row[] =>
    db.prepare<unknown[], Row>(sql).all(...values);
  const change = `observer, nullif(port, '') AS port, at, state, reason`;
  const span = 'observer, from_at AS "from", to_at AS "to"';
  const latestStates = db.prepare<[PopId], StateChange>(
    `SELECT ${change} FROM watch_state WHERE id IN
       (SELECT max(id) FROM watch_state WHERE observer = ? GROUP BY port) ORDER BY port`,
  );
  const watchers = db.prepare<[], { observer: PopId; port: PopId }>(
    `SELECT observer, port FROM watch_state WHERE port <> ''
     UNION SELECT observer, port FROM outage ORDER BY port, observer`,
  );
  const latestSpan = db.prepare<[PopId], WatchSpan>(
    `SELECT ${span} FROM watch_span WHERE observer = ? ORDER BY from_at DESC LIMIT 1`,
  );
  return {
    watchers: () => read(() => watchers.all()),
    states: (query = {}) =>
      read(() => {
        const { where, values } = conditions([
          ['observer = ?', query.observer],
          ['port = ?', query.port],
          ['at >= ?', query.from],
          ['at < ?', query.to],
        ]);
        return all<StateChange>(`SELECT ${change} FROM watch_state WHERE ${where} ORDER BY at, id`, values);
      }),
    latestStates: (observer) => read(() => latestStates.all(observer)),
    spans: (observer, within) =>
      read(() => {
        const { where, values } = conditions([
          ['observer = ?', observer],
          ['from_at < ?', within?.to],
          ['to_at > ?', within?.from],
        ]);
        return all<WatchSpan>(`SELECT ${span} FROM watch_span WHERE ${where} ORDER BY from_at`, values);
      }),
    traces: (query = {}) =>
      read(() => {
        const { where, values } = conditions([
          ['observer = ?', query.observer],
          ['port = ?', query.port],
          ['reason = ?', query.reason],
          ['at >= ?', query.from],
          ['at < ?', query.to],
        ]);
        const newest = `SELECT observer, port, at, reason, address, runs FROM path_trace WHERE ${where}
          ORDER BY at DESC, port DESC, observer DESC LIMIT ?`;
        return all<TraceRow>(newest, [...values, query.limit ?? -1])
          .reverse()
          .map(traceOf);
      }),
    latestSpan: (observer) => read(() => latestSpan.get(observer) ?? null),
    blind: (query = {}) =>
      read(() => {
        const { where, values } = conditions([
          ['observer = ?', query.observer],
          [`port IN ('', ?)`, query.port],
          ['from_at < ?', query.to],
          ['(to_at IS NULL OR to_at > ?)', query.from],
        ]);
        const lasting = query.open === true ? ' AND to_at IS NULL' : '';
        return all<BlindTime>(
          `SELECT observer, nullif(port, '') AS port, from_at AS "from", to_at AS "to", reason
           FROM watch_blind WHERE ${where}${lasting} ORDER BY from_at, port`,
          values,
        );
      }),
  };
}
