import type { EpochMs, PopId } from '../types.js';
import type { ObservedOutage } from './outage.js';

/** When something was on a port. */
interface PortTime {
  readonly port: PopId;
  readonly from: EpochMs;
  /** Null while it lasts. */
  readonly to: EpochMs | null;
}

/** An outage of a port by all observers that saw it: their outages that overlap each other. */
interface OutageGroup<Row> extends PortTime {
  /** By their start, those that do not count behind the others. */
  readonly rows: readonly [Row, ...Row[]];
  /** None of them counts. */
  readonly isVoid: boolean;
}

interface Grouping<Row> {
  readonly timeOf: (row: Row) => PortTime;
  readonly isVoid: (row: Row) => boolean;
}

/**
 * Groups outages: those that overlap on one port are one group, ordered by start and port. One that does not count joins
 * the group that it overlaps with, and neither lengthens it nor joins two of them.
 */
export function groupOutages<Row>(
  rows: readonly Row[],
  { timeOf, isVoid }: Grouping<Row>,
): readonly OutageGroup<Row>[] {
  const counted = overlapping(
    rows.filter((row) => !isVoid(row)),
    timeOf,
  );
  const alone: Row[] = [];
  for (const row of rows.filter(isVoid)) {
    const time = timeOf(row);
    const group = counted.find((one) => one.port === time.port && touch(one, time));
    if (group) group.rows.push(row);
    else alone.push(row);
  }
  const all = [
    ...counted.map((group) => ({ ...group, isVoid: false })),
    ...overlapping(alone, timeOf).map((group) => ({ ...group, isVoid: true })),
  ];
  return all.sort((a, b) => a.from - b.from || (a.port < b.port ? -1 : a.port > b.port ? 1 : 0));
}

const touch = (a: PortTime, b: PortTime): boolean =>
  a.from <= (b.to ?? Infinity) && b.from <= (a.to ?? Infinity);

interface Growing<Row> {
  readonly port: PopId;
  readonly from: EpochMs;
  to: EpochMs | null;
  readonly rows: [Row, ...Row[]];
}

function overlapping<Row>(rows: readonly Row[], timeOf: (row: Row) => PortTime): Growing<Row>[] {
  const timed = rows.map((row) => ({ row, ...timeOf(row) }));
  timed.sort((a, b) => (a.port < b.port ? -1 : a.port > b.port ? 1 : a.from - b.from));
  const groups: Growing<Row>[] = [];
  for (const { row, ...time } of timed) {
    const last = groups.at(-1);
    if (last?.port === time.port && touch(last, time)) {
      last.rows.push(row);
      last.to = last.to === null || time.to === null ? null : Math.max(last.to, time.to);
    } else groups.push({ ...time, rows: [row] });
  }
  return groups;
}

/** Groups outages as they were measured. */
export const groupMeasured = (rows: readonly ObservedOutage[]): readonly OutageGroup<ObservedOutage>[] =>
  groupOutages(rows, {
    timeOf: ({ port, start, end, voided }) => ({
      port,
      from: start.at,
      to: end?.at ?? voided?.at ?? null,
    }),
    isVoid: ({ voided }) => voided !== null,
  });
