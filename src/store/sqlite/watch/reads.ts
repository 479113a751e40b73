import type { BlindTime, StateChange, WatchSpan } from '../../../core/watch/records.js';
import type { PopId } from '../../../core/types.js';
import { traceOf, type TraceRow, type WatchStore } from '../../watch-store.js';
import type { Connection } from '../database.js';
import { conditions } from './conditions.js';

type Reads = Pick<
  WatchStore,
  'watchers' | 'states' | 'latestStates' | 'spans' | 'latestSpan' | 'blind' | 'traces'
>;

export function watchReads({ db, read }: Connection): Reads {
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
