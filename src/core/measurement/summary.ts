import type { EpochMs, PathId } from '../types.js';
import { countSize, type SizeCounts } from './counts.js';
import type { MissingReason, Round, RoundStatus } from './round.js';

/** A round without its packets. */
export interface RoundSummary extends Omit<Round, 'sizes' | 'status'> {
  readonly status: Exclude<RoundStatus, 'missing'>;
  readonly sizes: readonly SizeCounts[];
}

/** A due slot without a round. */
export interface MissingSummary {
  readonly path: PathId;
  readonly slot: EpochMs;
  readonly status: 'missing';
  readonly reason: MissingReason;
}

/** What became of a slot, as it is shown. */
export type SlotSummary = RoundSummary | MissingSummary;

export function summarise(round: Round): RoundSummary {
  return { ...round, sizes: round.sizes.map(countSize) };
}
