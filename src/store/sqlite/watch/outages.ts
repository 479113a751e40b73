import type { BlindReason, OutageEdge } from '../../../core/watch/outage.js';
import type { ObservedOutage } from '../../../core/watch/records.js';
import type { EpochMs, PopId } from '../../../core/types.js';
import type { WatchStore } from '../../watch-store.js';
import type { Connection } from '../database.js';
import { conditions } from './conditions.js';

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

/** Few have any: those are asked for theirs. */
const hasInferred = `EXISTS (SELECT 1 FROM outage_inferred AS i WHERE i.observer = outage.observer
  AND i.port = outage.port AND i.start_at = outage.start_at) AS has_inferred`;

interface InferredRow {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly reason: BlindReason;
}

export function outageReads({ db, read }: Connection): Pick<WatchStore, 'outages'> {
  const outageOf = outageMaker(db);
  return {
    outages: ({ order, limit, open, ...query } = {}) =>
      read(() => {
        const { where, values } = conditions([
          ['observer = ?', query.observer],
          ['port = ?', query.port],
          ['start_at < ?', query.to],
          // One that lasts touches all that comes; one that was voided is over.
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

/** One outage as it stands. */
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
