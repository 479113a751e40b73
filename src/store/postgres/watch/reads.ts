import type { BlindTime, StateChange, WatchSpan } from '../../../core/watch/records.js';
import type { PopId } from '../../../core/types.js';
import { traceOf, type TraceRow, type WatchStore } from '../../watch-store.js';
import type { Connection } from '../database.js';
import { conditions } from './conditions.js';

type Reads = Pick<
  WatchStore,
  'watchers' | 'states' | 'latestStates' | 'spans' | 'latestSpan' | 'blind' | 'traces'
>;

const change = `observer, nullif(port, '') AS port, at, state, reason`;
const span = 'observer, from_at AS "from", to_at AS "to"';

export function watchReads({ read }: Connection): Reads {
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
