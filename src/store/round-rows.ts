import { type MissingSummary, type RoundSummary, weightOf } from '../core/measurement/figures.js';
import type { IcmpErrorCount, MissingReason, SizeCounts, StampSource } from '../core/measurement/round.js';
import type { StoredRound, StoredSlot } from '../core/merge.js';
import type { EpochMs, PathId } from '../core/types.js';

/** A row of `round` that was measured, as it is read. */
export type MeasuredRow = {
  readonly path: PathId;
  readonly slot: EpochMs;
  readonly status: RoundSummary['status'];
  readonly reason: string | null;
  readonly address: string | null;
  readonly startedAt: EpochMs;
  readonly endedAt: EpochMs;
  readonly lostAfterMs: number;
  readonly driver: string;
  readonly stamps: StampSource;
  readonly fallbackStamps: number;
  readonly socketDrops: number | null;
  readonly sendLagUs: number | null;
  readonly p50Us: number | null;
  readonly p99Us: number | null;
  /** JSON. */
  readonly icmpErrors: string | null;
};

/** A row of `round` that marks a slot without a round. */
export type MissingRow = {
  readonly path: PathId;
  readonly slot: EpochMs;
  readonly status: 'missing';
  readonly reason: MissingReason;
};

type Cell = string | number | null;

interface RoundColumn {
  /** Its type in PostgreSQL. */
  readonly type: 'bigint' | 'text' | 'double precision';
  /** The name by which it is read. */
  readonly as: keyof MeasuredRow;
  /** The value that is written. */
  readonly of: (round: StoredRound) => Cell;
}

/** The columns of `round` in both databases, beside the path: how each is stored, written and read. */
const columns = {
  slot: { type: 'bigint', as: 'slot', of: ({ slot }) => slot },
  status: { type: 'text', as: 'status', of: ({ status }) => status },
  reason: { type: 'text', as: 'reason', of: ({ reason }) => reason },
  address: { type: 'text', as: 'address', of: ({ address }) => address },
  started_at: { type: 'bigint', as: 'startedAt', of: ({ startedAt }) => startedAt },
  ended_at: { type: 'bigint', as: 'endedAt', of: ({ endedAt }) => endedAt },
  lost_after_ms: { type: 'bigint', as: 'lostAfterMs', of: ({ lostAfterMs }) => lostAfterMs },
  driver: { type: 'text', as: 'driver', of: ({ provenance }) => provenance.driver },
  stamps: { type: 'text', as: 'stamps', of: ({ provenance }) => provenance.stamps },
  fallback_stamps: {
    type: 'bigint',
    as: 'fallbackStamps',
    of: ({ provenance }) => provenance.fallbackStamps,
  },
  socket_drops: { type: 'bigint', as: 'socketDrops', of: ({ provenance }) => provenance.socketDrops },
  send_lag_us: { type: 'double precision', as: 'sendLagUs', of: ({ provenance }) => provenance.sendLagUs },
  calibration_p50_us: {
    type: 'double precision',
    as: 'p50Us',
    of: ({ provenance }) => provenance.calibration?.p50Us ?? null,
  },
  calibration_p99_us: {
    type: 'double precision',
    as: 'p99Us',
    of: ({ provenance }) => provenance.calibration?.p99Us ?? null,
  },
  icmp_errors: {
    type: 'text',
    as: 'icmpErrors',
    of: ({ icmpErrors }) => (icmpErrors ? JSON.stringify(icmpErrors) : null),
  },
} as const satisfies Record<string, RoundColumn>;

type ColumnName = keyof typeof columns;
const entries = Object.entries(columns) as [ColumnName, RoundColumn][];

/** The columns that are written, with their types in PostgreSQL. */
export const roundColumns: Readonly<Record<'path_id' | ColumnName, RoundColumn['type']>> = {
  path_id: 'bigint',
  ...(Object.fromEntries(entries.map(([name, { type }]) => [name, type])) as Record<
    ColumnName,
    RoundColumn['type']
  >),
};

type RoundRow = Readonly<Record<keyof typeof roundColumns, Cell>>;

export function roundRow(round: StoredRound, pathId: number): RoundRow {
  const row: Record<string, Cell> = { path_id: pathId };
  for (const [name, { of }] of entries) row[name] = of(round);
  return row as RoundRow;
}

/** The names by which a round is read, in the order of `selectedColumns`. */
export const selectedNames: readonly (keyof MeasuredRow)[] = ['path', ...entries.map(([, { as }]) => as)];

/** What is selected of `round` joined with `path`. */
export const selectedColumns: string = [
  'path.name AS "path"',
  ...entries.map(([name, { as }]) => `round.${name} AS "${as}"`),
].join(', ');

/** A row that was read as the round or mark that it is. */
export function summaryOf(
  row: MeasuredRow | MissingRow,
  sizes: () => SizeCounts[],
): RoundSummary | MissingSummary {
  if (row.status === 'missing') {
    const { path, slot, status, reason } = row;
    return { path, slot, status, reason };
  }
  return roundSummary(row, sizes());
}

/** The same in full, with the packets of a round. */
export function storedSlotOf(
  row: (MeasuredRow | MissingRow) & { readonly packed: Uint8Array | null },
  sizes: () => SizeCounts[],
): StoredSlot {
  const summary = summaryOf(row, sizes);
  return summary.status === 'missing' ? summary : { ...summary, packed: row.packed };
}

function roundSummary(row: MeasuredRow, sizes: SizeCounts[]): RoundSummary {
  const { path, slot, status, reason, address, startedAt, endedAt, lostAfterMs } = row;
  const { driver, stamps, fallbackStamps, socketDrops, sendLagUs, p50Us, p99Us, icmpErrors } = row;
  const calibration = p50Us === null || p99Us === null ? null : { p50Us, p99Us };
  return {
    path,
    slot,
    status,
    reason,
    address,
    startedAt,
    endedAt,
    lostAfterMs,
    provenance: { driver, stamps, fallbackStamps, socketDrops, sendLagUs, calibration },
    sizes,
    ...(icmpErrors !== null && { icmpErrors: JSON.parse(icmpErrors) as IcmpErrorCount[] }),
  };
}

/** The counts of a size: the column of each, in both databases. */
export const countColumns = {
  bytes: 'bytes',
  sent: 'sent',
  received: 'received',
  late: 'late',
  errors: 'errors',
  notSent: 'not_sent',
  duplicates: 'duplicates',
  mismatched: 'mismatched',
  rttSumUs: 'rtt_sum_us',
  rttMinUs: 'rtt_min_us',
  rttMaxUs: 'rtt_max_us',
} as const satisfies Record<keyof SizeCounts, string>;

/** The columns of `size`, in both databases. */
export const sizeColumns = [
  'path_id',
  'slot',
  'position',
  'held',
  'sizes_with_latency',
  'sizes_with_loss',
  ...Object.values(countColumns),
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
