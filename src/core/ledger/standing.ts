import type { ExclusionKind } from '../exclusion.js';
import type { EpochMs } from '../types.js';
import type { LedgerExclusion } from './exclusions.js';

/** What people entered, as it stands at an instant. */
export interface LedgerStanding {
  /** Approved exclusions that cover it. */
  readonly active: ReadonlyMap<ExclusionKind, number>;
  /** Those that wait for approval. */
  readonly proposed: number;
}

export function ledgerStanding(exclusions: readonly LedgerExclusion[], now: EpochMs): LedgerStanding {
  const active = new Map<ExclusionKind, number>();
  for (const { state, kind, intervals } of exclusions)
    if (state === 'approved' && intervals.some(({ from, to }) => from <= now && now < to))
      active.set(kind, (active.get(kind) ?? 0) + 1);
  return { active, proposed: exclusions.filter(({ state }) => state === 'proposed').length };
}
