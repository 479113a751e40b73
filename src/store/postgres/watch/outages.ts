import type { BlindReason } from '../../../core/watch/outage.js';
import type { ObservedOutage } from '../../../core/watch/records.js';
import type { EpochMs, PopId } from '../../../core/types.js';
import type { WatchStore } from '../../watch-store.js';
import type { Connection } from '../database.js';
import { conditions } from './conditions.js';

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

/** What is asked of `outage`. */
export const outageColumns = `observer, port, opened_at AS "openedAt", closed_at AS "closedAt",
  json_build_object('at', start_at, 'earliest', start_earliest, 'latest', start_latest) AS start,
  CASE WHEN end_at IS NOT NULL THEN
    json_build_object('at', end_at, 'earliest', end_earliest, 'latest', end_latest) END AS "end",
  voided_at AS "voidedAt", void_reason AS "voidReason",
  (SELECT json_agg(json_build_object('from', from_at, 'to', to_at, 'reason', reason) ORDER BY from_at)
   FROM outage_inferred AS part
   WHERE part.observer = outage.observer AND part.port = outage.port AND part.start_at = outage.start_at) AS inferred`;

export function outageReads({ read }: Connection): Pick<WatchStore, 'outages'> {
  return {
    async outages({ order, limit, open, ...query } = {}) {
      const { where, values } = conditions([
        ['observer = ?', query.observer],
        ['port = ?', query.port],
        ['start_at < ?', query.to],
        // One that lasts touches all that comes; one that was voided is over.
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
