import { asPercent, roundTo } from '../number/decimal.js';
import { compare, divide, subtract, type Rational } from '../number/rational.js';
import type { Band, LatencyRules, LossRules } from '../plan/plan.js';

/** (measured − committed) / committed, in percent, exact. */
export function excessPercent(measured: Rational, committed: Rational): Rational {
  return asPercent(divide(subtract(measured, committed), committed));
}

function bandOf(bands: readonly Band[], percent: Rational): Band | null {
  return bands.find((band) => band.upToPercent === null || compare(percent, band.upToPercent) <= 0) ?? null;
}

/** The band of an exact excess, which is rounded first (contract 2.2 (2): the table has one decimal). */
export function latencyBand(excess: Rational, rules: LatencyRules): Band | null {
  return bandOf(rules.bands, roundTo(excess, rules.excessDecimals));
}

/** The band of an exact loss, a share of 1. */
export function lossBand(loss: Rational, rules: LossRules): Band | null {
  return bandOf(rules.bands, asPercent(loss));
}
