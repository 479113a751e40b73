import type { SizeCounts } from '../../core/measurement/counts.js';
import type { MeasuredRow, MissingRow } from './round-list.js';

type Row = MeasuredRow | MissingRow;

/** A row of `roundColumns`, a value for each, in their order. */
export type RoundValues = readonly [
  number,
  Row['path'],
  Row['slot'],
  Row['status'],
  ...(string | number | null)[],
];

/** A row of `sizesQuery`. */
export type SizeValues = readonly [
  ...[number, number, number, number, number, number, number, number, number],
  ...[number | null, number | null],
];

/** A list of values as the row that they are. */
export function roundRow(values: RoundValues): Row {
  const [
    pathId,
    path,
    slot,
    status,
    reason,
    address,
    startedAt,
    endedAt,
    lostAfterMs,
    driver,
    stamps,
    ...rest
  ] = values;
  const [fallbackStamps, socketDrops, sendLagUs, p50Us, p99Us, icmpErrors] = rest;
  return {
    pathId,
    path,
    slot,
    status,
    reason,
    address,
    startedAt,
    endedAt,
    lostAfterMs,
    driver,
    stamps,
    fallbackStamps,
    socketDrops,
    sendLagUs,
    p50Us,
    p99Us,
    icmpErrors,
  } as Row;
}

export function sizeCounts(values: SizeValues): SizeCounts {
  const [bytes, sent, received, late, errors, notSent, duplicates, mismatched, rttSumUs, rttMinUs, rttMaxUs] =
    values;
  return {
    bytes,
    sent,
    received,
    late,
    errors,
    notSent,
    duplicates,
    mismatched,
    rttSumUs,
    rttMinUs,
    rttMaxUs,
  };
}
