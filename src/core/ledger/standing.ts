import type { ExclusionKind } from '../exclusion.js';
import type { EpochMs } from '../types.js';
import type { LedgerExclusion } from './exclusions.js';

/** Counts of the exclusions in the ledger at an instant. */
export interface LedgerStanding {
  /** Approved exclusions that cover the instant, by kind. */
  readonly active: ReadonlyMap<ExclusionKind, number>;
  /** Exclusions waiting for approval. */
  readonly proposed: number;
}

export function ledgerStanding(exclusions: readonly LedgerExclusion[], now: EpochMs): LedgerStanding {
  const active = new Map<ExclusionKind, number>();
  for (const { state, kind, intervals } of exclusions)
    if (state === 'approved' && intervals.some(({ from, to }) => from <= now && now < to))
      active.set(kind, (active.get(kind) ?? 0) + 1);
  return { active, proposed: exclusions.filter(({ state }) => state === 'proposed').length };
}
