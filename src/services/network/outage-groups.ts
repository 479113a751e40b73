import { isMaintenance, type LedgerExclusion } from '../../core/ledger/exclusions.js';
import type { EpochMs, PopId } from '../../core/types.js';
import type { Attribution } from '../../core/watch/attribution.js';
import { groupOutages } from '../../core/watch/groups.js';
import type { ShownOutage } from '../ledger/entries.js';

/** An outage of a port with all that was observed and entered of it. */
export interface ShownGroup {
  /** The `ref` of the first of its outages. */
  readonly id: string;
  readonly port: PopId;
  readonly from: EpochMs;
  /** Null while it lasts. */
  readonly to: EpochMs | null;
  readonly isVoid: boolean;
  /** Approved maintenance of the port that overlaps it. */
  readonly maintenance: readonly string[];
  readonly outages: readonly [ShownOutage, ...ShownOutage[]];
}

/** Outages by port and time, one for all of its observers, by start. */
export function shownGroups(
  outages: readonly ShownOutage[],
  exclusions: readonly LedgerExclusion[],
): ShownGroup[] {
  const groups = groupOutages(outages, { timeOf, isVoid: ({ counts }) => counts === null });
  const maintenance = exclusions.filter(isMaintenance);
  return groups.map(({ port, from, to, isVoid, rows }) => ({
    id: rows[0].ref,
    port,
    from,
    to,
    isVoid,
    maintenance: maintenance.flatMap(({ id, scope, intervals }) =>
      (scope === 'all' || scope.pops.includes(port)) &&
      intervals.some((each) => each.from < (to ?? Infinity) && each.to > from)
        ? [id]
        : [],
    ),
    outages: rows,
  }));
}

/** When an outage was: as it counts, or as it was measured or entered where it does not. */
function timeOf({ port, counts, measured, corrections }: ShownOutage) {
  const entered = corrections.find(({ interval }) => interval !== null)?.interval;
  const time = counts ??
    (measured && {
      from: measured.start.at,
      to: measured.end?.at ?? measured.voided?.at ?? measured.openedAt,
    }) ??
    entered ?? { from: 0, to: 0 };
  return { port, ...time };
}

const byWeight: readonly Attribution['cause'][] = ['pop', 'port', 'path', 'isolated-agent', 'unconfirmed'];

/** The weightiest cause that the observers' outages have; null: nobody can say. */
export function causeOf(outages: readonly ShownOutage[]): Attribution['cause'] | null {
  const causes = new Set(outages.map(({ attribution }) => attribution?.cause));
  return byWeight.find((cause) => causes.has(cause)) ?? null;
}
