import type { Conditions } from './conditions.js';
import type { EpochMs } from '../../src/core/types.js';

/** What a simulated network does: a seed, and rules in order; a later rule overrides the keys it sets. */
export interface SimulatedScript {
  readonly seed: number;
  readonly rules: readonly SimulatedRule[];
  /** Takes the place of the rules where there would be too many: the conditions for instants in [from, to]. */
  readonly towards?: ConditionsTowards;
}

export type ConditionsTowards = (address: string, from: EpochMs, to: EpochMs) => (at: EpochMs) => Conditions;

export interface SimulatedRule {
  /** A target's address; null: all of them. */
  readonly address: string | null;
  /** Holds for packets sent in [from, to); null: no bound. */
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
  readonly delayUs?: number;
  /** Standard deviation of a normal jitter. */
  readonly jitterUs?: number;
  /** Chance of a packet to be lost, 0 to 1. */
  readonly loss?: number;
  /** True: the target answers nothing. */
  readonly down?: boolean;
}

/** The parts of the shell's clock that a simulated round needs; a virtual one runs a month in seconds. */
export interface SimulatedClock {
  /** The wall clock: which rules hold. */
  now(): EpochMs;
  /** How long a round has run. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when `signal` is or becomes aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
