import type { EpochMs, PopId } from '../types.js';
import type { ObservedOutage } from './outage.js';

/** An outage of a port by all observers that saw it: their outages that overlap each other. */
interface OutageGroup<Row> {
  readonly port: PopId;
  readonly from: EpochMs;
  /** Null while one of them lasts. */
  readonly to: EpochMs | null;
  /** By their start. */
  readonly rows: readonly [Row, ...Row[]];
}

export interface PortTime {
  readonly port: PopId;
  readonly from: EpochMs;
  /** Null while it lasts. */
  readonly to: EpochMs | null;
}

/** Groups what happened on ports: what overlaps on one port is one group. The groups are ordered by start and port. */
export function groupByPort<Row>(
  rows: readonly Row[],
  timeOf: (row: Row) => PortTime,
): readonly OutageGroup<Row>[] {
  const timed = rows.map((row) => ({ row, ...timeOf(row) }));
  timed.sort((a, b) => (a.port < b.port ? -1 : a.port > b.port ? 1 : a.from - b.from));
  const groups: { port: PopId; from: EpochMs; to: EpochMs | null; rows: [Row, ...Row[]] }[] = [];
  for (const { row, port, from, to } of timed) {
    const last = groups.at(-1);
    if (last?.port === port && (last.to === null || from <= last.to)) {
      last.rows.push(row);
      last.to = last.to === null || to === null ? null : Math.max(last.to, to);
    } else groups.push({ port, from, to, rows: [row] });
  }
  return groups.sort((a, b) => a.from - b.from || (a.port < b.port ? -1 : 1));
}

/** The same of stored outages; a voided one ended when it was voided. */
export const outageGroups = (rows: readonly ObservedOutage[]): readonly OutageGroup<ObservedOutage>[] =>
  groupByPort(rows, ({ port, start, end, voided }) => ({
    port,
    from: start.at,
    to: end?.at ?? voided?.at ?? null,
  }));
