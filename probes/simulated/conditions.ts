import type { EpochMs } from '../../src/core/types.js';
import type { SimulatedRule, SimulatedScript } from './script.js';

/** What the network between here and one target is like at one instant. */
export interface Conditions {
  readonly delayUs: number;
  readonly jitterUs: number;
  readonly loss: number;
  readonly down: boolean;
}

/** Where no rule says otherwise. */
export const fairWeather: Conditions = { delayUs: 10_000, jitterUs: 0, loss: 0, down: false };

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
