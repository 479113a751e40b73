import type { ExclusionKind } from '../exclusion.js';
import type { EpochMs } from '../types.js';
import type { LedgerExclusion } from './exclusions.js';

/** Counts of the exclusions in the ledger at an instant. */
export interface LedgerStanding {
  /** Approved exclusions that cover the instant, by kind. */
  readonly active: ReadonlyMap<ExclusionKind, number>;
  /** Exclusions waiting for approval. */
  readonly proposed: number;
  /** The PoPs and paths that approved maintenance covers at the instant. */
  readonly maintenance: { readonly pops: readonly string[]; readonly paths: readonly string[] };
}

const maintenanceKinds: readonly ExclusionKind[] = ['planned-maintenance', 'emergency-maintenance'];

/** `everyPop`: the PoPs that an exclusion of everything covers. */
export function ledgerStanding(
  exclusions: readonly LedgerExclusion[],
  now: EpochMs,
  everyPop: readonly string[],
): LedgerStanding {
  const active = new Map<ExclusionKind, number>();
  const pops = new Set<string>();
  const paths = new Set<string>();
  for (const { state, kind, scope, intervals } of exclusions) {
    if (state !== 'approved' || !intervals.some(({ from, to }) => from <= now && now < to)) continue;
    active.set(kind, (active.get(kind) ?? 0) + 1);
    if (!maintenanceKinds.includes(kind)) continue;
    for (const pop of scope === 'all' ? everyPop : scope.pops) pops.add(pop);
    for (const path of scope === 'all' ? [] : scope.paths) paths.add(path);
  }
  return {
    active,
    proposed: exclusions.filter(({ state }) => state === 'proposed').length,
    maintenance: { pops: [...pops].sort(), paths: [...paths].sort() },
  };
}
