import type { IcmpErrorCount, MissingReason, SizeCounts, StampSource } from '../../core/measurement/round.js';
import type { MissingSummary, RoundSummary } from '../../core/measurement/figures.js';
import type { EpochMs, PathId } from '../../core/types.js';
import type { RoundQuery, RoundStore } from '../store.js';
import type { Connection } from './database.js';

export type MeasuredRow = Omit<RoundSummary, 'provenance' | 'sizes' | 'icmpErrors'> & {
  readonly driver: string;
  readonly stamps: StampSource;
  readonly fallbackStamps: number;
  readonly socketDrops: number | null;
  readonly sendLagUs: number | null;
  readonly p50Us: number | null;
  readonly p99Us: number | null;
  /** JSON text. */
  readonly icmpErrors: string | null;
  readonly sizes: SizeCounts[] | null;
};
export type MissingRow = {
  readonly path: PathId;
  readonly slot: EpochMs;
  readonly status: 'missing';
  readonly reason: MissingReason;
};

/** A round's sizes are selected with it, so that a list is one statement and one snapshot. */
const sizesOfRound = `(SELECT json_agg(json_build_object('bytes', bytes, 'sent', sent, 'received', received,
    'late', late, 'errors', errors, 'notSent', not_sent, 'duplicates', duplicates, 'mismatched', mismatched,
    'rttSumUs', rtt_sum_us, 'rttMinUs', rtt_min_us, 'rttMaxUs', rtt_max_us) ORDER BY position)
  FROM size WHERE size.path_id = round.path_id AND size.slot = round.slot)`;

/** The selected columns of `round`, with its path. */
export const roundColumns = `path.name AS path, slot, status, reason, address, started_at AS "startedAt", ended_at AS "endedAt",
        lost_after_ms AS "lostAfterMs", driver, stamps, fallback_stamps AS "fallbackStamps",
        socket_drops AS "socketDrops", send_lag_us AS "sendLagUs",
        calibration_p50_us AS "p50Us", calibration_p99_us AS "p99Us",
        icmp_errors AS "icmpErrors", ${sizesOfRound} AS sizes`;

export function roundList({ read }: Connection): Pick<RoundStore, 'list'> {
  return {
    async list(query) {
      const { sql, values } = listQuery(query);
      const rows = await read<MeasuredRow | MissingRow>(sql, values);
      return rows.map((row) => (row.status === 'missing' ? missingSummary(row) : summary(row)));
    },
  };
}

function listQuery({ path, from, to, limit, order, after }: RoundQuery) {
  const newest = order !== 'oldest';
  const [within, beyond] = newest ? ['<=', 'DESC'] : ['>=', 'ASC'];
  const ofPath = path === undefined ? '' : 'AND path_id = (SELECT id FROM path WHERE name = :path)';
  const behind =
    after === undefined
      ? ''
      : `AND slot ${within} :afterSlot AND (slot <> :afterSlot OR path.name > :afterPath)`;
  return {
    values: {
      from: from ?? Number.MIN_SAFE_INTEGER,
      to: to ?? Number.MAX_SAFE_INTEGER,
      limit,
      path: path ?? null,
      afterSlot: after?.slot ?? null,
      afterPath: after?.path ?? null,
    },
    sql: `SELECT ${roundColumns} FROM round JOIN path ON path.id = round.path_id
      WHERE slot >= :from AND slot < :to ${ofPath} ${behind}
      ORDER BY slot ${beyond}, path.name LIMIT :limit`,
  };
}

export function summary({
  driver,
  stamps,
  fallbackStamps,
  socketDrops,
  sendLagUs,
  p50Us,
  p99Us,
  ...row
}: MeasuredRow) {
  const calibration = p50Us === null || p99Us === null ? null : { p50Us, p99Us };
  const provenance = { driver, stamps, fallbackStamps, socketDrops, sendLagUs, calibration };
  const { path, slot, status, reason, address, startedAt, endedAt, lostAfterMs, sizes } = row;
  return {
    path,
    slot,
    status,
    reason,
    address,
    startedAt,
    endedAt,
    lostAfterMs,
    provenance,
    sizes: sizes ?? [],
    ...(row.icmpErrors !== null && { icmpErrors: JSON.parse(row.icmpErrors) as IcmpErrorCount[] }),
  } satisfies RoundSummary;
}

export function missingSummary({ path, slot, status, reason }: MissingRow): MissingSummary {
  return { path, slot, status, reason };
}
