import { add, ratio, zero, type Rational } from '../number/rational.js';

/**
 * A sum of fractions kept as whole numerators by denominator, so that a month of rounds adds up without a common
 * denominator at every step. This is also the shape a database can sum by: GROUP BY denominator, SUM(numerator).
 */
export interface FractionSum {
  readonly numerators: Map<number, bigint>;
  count: number;
}

export const emptySum = (): FractionSum => ({ numerators: new Map(), count: 0 });

/** Adds `numerator`/`denominator` without counting it. */
export function addTerm(sum: FractionSum, numerator: number, denominator: number): void {
  sum.numerators.set(denominator, (sum.numerators.get(denominator) ?? 0n) + BigInt(numerator));
}

export function totalOf(sum: FractionSum): Rational {
  let total = zero;
  for (const [denominator, numerator] of sum.numerators) {
    total = add(total, ratio(numerator, BigInt(denominator)));
  }
  return total;
}

/** The sum over its count; null for nothing. */
export function meanOf(sum: FractionSum): Rational | null {
  if (sum.count === 0) return null;
  const total = totalOf(sum);
  return ratio(total.n, total.d * BigInt(sum.count));
}
