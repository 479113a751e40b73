import { weightOf } from '../core/measurement/figures.js';
import type { StoredRound } from '../core/merge.js';

/** The columns of `round` that both databases have, with their types in PostgreSQL. */
export const roundColumns = {
  path_id: 'bigint',
  slot: 'bigint',
  status: 'text',
  reason: 'text',
  address: 'text',
  started_at: 'bigint',
  ended_at: 'bigint',
  lost_after_ms: 'bigint',
  driver: 'text',
  stamps: 'text',
  fallback_stamps: 'bigint',
  socket_drops: 'bigint',
  send_lag_us: 'double precision',
  calibration_p50_us: 'double precision',
  calibration_p99_us: 'double precision',
  icmp_errors: 'text',
} as const;

type Cell = string | number | null;
type RoundRow = Readonly<Record<keyof typeof roundColumns, Cell>>;

export function roundRow(round: StoredRound, pathId: number): RoundRow {
  const { driver, stamps, fallbackStamps, socketDrops, sendLagUs, calibration } = round.provenance;
  return {
    path_id: pathId,
    slot: round.slot,
    status: round.status,
    reason: round.reason,
    address: round.address,
    started_at: round.startedAt,
    ended_at: round.endedAt,
    lost_after_ms: round.lostAfterMs,
    driver,
    stamps,
    fallback_stamps: fallbackStamps,
    socket_drops: socketDrops,
    send_lag_us: sendLagUs,
    calibration_p50_us: calibration?.p50Us ?? null,
    calibration_p99_us: calibration?.p99Us ?? null,
    icmp_errors: round.icmpErrors ? JSON.stringify(round.icmpErrors) : null,
  };
}

/** The columns of `size`, in both databases. */
export const sizeColumns = [
  'path_id',
  'slot',
  'position',
  'bytes',
  'held',
  'sent',
  'received',
  'sizes_with_latency',
  'sizes_with_loss',
  'rtt_sum_us',
  'rtt_min_us',
  'rtt_max_us',
  'late',
  'errors',
  'not_sent',
  'duplicates',
  'mismatched',
] as const;

type SizeRow = Readonly<Record<(typeof sizeColumns)[number], number | null>>;

export function sizeRows(round: StoredRound, pathId: number): SizeRow[] {
  const { isCounted, sizesWithLatency, sizesWithLoss } = weightOf(round);
  return round.sizes.map((size, position) => ({
    path_id: pathId,
    slot: round.slot,
    position,
    bytes: size.bytes,
    held: isCounted ? 1 : 0,
    sent: size.sent,
    received: size.received,
    sizes_with_latency: sizesWithLatency,
    sizes_with_loss: sizesWithLoss,
    rtt_sum_us: size.rttSumUs,
    rtt_min_us: size.rttMinUs,
    rtt_max_us: size.rttMaxUs,
    late: size.late,
    errors: size.errors,
    not_sent: size.notSent,
    duplicates: size.duplicates,
    mismatched: size.mismatched,
  }));
}
