import type { EpochMs } from '../../src/core/types.js';

/** What a simulated network does: a seed, and rules in order; a later rule overrides the keys it sets. */
export interface SimulatedScript {
  readonly seed: number;
  readonly rules: readonly SimulatedRule[];
  /** Takes the place of the rules where there would be too many: the conditions for instants in [from, to]. */
  readonly towards?: ConditionsTowards;
}

type ConditionsTowards = (address: string, from: EpochMs, to: EpochMs) => (at: EpochMs) => Conditions;

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

/** What the network between here and one target is like at one instant. */
export interface Conditions {
  readonly delayUs: number;
  readonly jitterUs: number;
  readonly loss: number;
  readonly down: boolean;
}

/** Where no rule says otherwise. */
const fairWeather: Conditions = { delayUs: 10_000, jitterUs: 0, loss: 0, down: false };

const holdsAt = (rule: SimulatedRule, at: EpochMs): boolean =>
  (rule.from === null || rule.from <= at) && (rule.to === null || at < rule.to);

const apply = (rules: readonly SimulatedRule[]): Conditions =>
  rules.reduce<Conditions>(
    (before, rule) => ({
      delayUs: rule.delayUs ?? before.delayUs,
      jitterUs: rule.jitterUs ?? before.jitterUs,
      loss: rule.loss ?? before.loss,
      down: rule.down ?? before.down,
    }),
    fairWeather,
  );

/**
 * The conditions towards `address` as a function of the instant, for instants in [from, to]. Rules that hold for all
 * of that time or none of it are settled once, so that most rounds ask nothing per packet.
 */
export function conditionsTowards(
  { rules, towards }: SimulatedScript,
  address: string,
  from: EpochMs,
  to: EpochMs,
): (at: EpochMs) => Conditions {
  if (towards) return towards(address, from, to);
  const mine = rules.filter(
    (rule) =>
      (rule.address === null || rule.address === address) &&
      (rule.from === null || rule.from <= to) &&
      (rule.to === null || from < rule.to),
  );
  if (mine.every((rule) => holdsAt(rule, from) && holdsAt(rule, to))) {
    const conditions = apply(mine);
    return () => conditions;
  }
  return (at) => apply(mine.filter((rule) => holdsAt(rule, at)));
}
