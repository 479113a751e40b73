import type { ExclusionKind } from '../exclusion.js';
import type { MaintenanceWindow } from '../network-event.js';
import type { EpochMs } from '../types.js';
import { isMaintenance, type LedgerExclusion } from './exclusions.js';

/** Counts of the exclusions in the ledger at an instant. */
export interface LedgerStanding {
  /** Approved exclusions that cover the instant, by kind. */
  readonly active: ReadonlyMap<ExclusionKind, number>;
  /** Exclusions waiting for approval. */
  readonly proposed: number;
  /** The PoPs and paths that approved maintenance covers at the instant. */
  readonly maintenance: { readonly pops: readonly string[]; readonly paths: readonly string[] };
  /** Approved maintenance of PoPs and paths that goes on, or ended within the last day, by its start. */
  readonly windows: readonly MaintenanceWindow[];
}

const recentMs = 86_400_000;

/** `everyPop`: the PoPs that an exclusion of everything covers. */
export function ledgerStanding(
  exclusions: readonly LedgerExclusion[],
  now: EpochMs,
  everyPop: readonly string[],
): LedgerStanding {
  const active = new Map<ExclusionKind, number>();
  const pops = new Set<string>();
  const paths = new Set<string>();
  const windows: MaintenanceWindow[] = [];
  for (const exclusion of exclusions) {
    const { id, state, kind, scope, intervals } = exclusion;
    const covers = scope === 'all' ? scope : [...scope.pops, ...scope.paths];
    if (isMaintenance(exclusion) && covers.length > 0)
      for (const { from, to } of intervals)
        if (from <= now && now < to + recentMs) windows.push({ id, scope: covers, from, to });
    if (state !== 'approved' || !intervals.some(({ from, to }) => from <= now && now < to)) continue;
    active.set(kind, (active.get(kind) ?? 0) + 1);
    if (!isMaintenance(exclusion)) continue;
    for (const pop of scope === 'all' ? everyPop : scope.pops) pops.add(pop);
    for (const path of scope === 'all' ? [] : scope.paths) paths.add(path);
  }
  return {
    active,
    proposed: exclusions.filter(({ state }) => state === 'proposed').length,
    maintenance: { pops: [...pops].sort(), paths: [...paths].sort() },
    windows: windows.sort((a, b) => a.from - b.from),
  };
}
