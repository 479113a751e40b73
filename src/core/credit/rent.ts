import { ratio, roundHalfUp } from '../number/rational.js';

/** What is paid for so many days of a month, at a rent for the whole of it. */
export interface RentedDays {
  /** Minor units. */
  readonly monthlyRent: bigint;
  readonly days: number;
}

/** The rent of part of a month by calendar day: the exact sum over the terms, half-up to the minor unit once. */
export function rentOfTerms(terms: readonly RentedDays[], daysInMonth: number): bigint {
  return roundHalfUp(ratio(dayRents(terms), BigInt(daysInMonth)));
}

const dayRents = (terms: readonly RentedDays[]): bigint =>
  terms.reduce((all, { monthlyRent, days }) => all + monthlyRent * BigInt(days), 0n);

/**
 * What each term has of that rent, for showing: whole parts first, then one unit each to the largest remainders (ties:
 * the earlier term). They sum up to the rent.
 */
export function rentsOfTerms(terms: readonly RentedDays[], daysInMonth: number): bigint[] {
  const days = BigInt(daysInMonth);
  const exact = terms.map(({ monthlyRent, days: own }) => monthlyRent * BigInt(own));
  const parts = exact.map((each) => each / days);
  let left = rentOfTerms(terms, daysInMonth) - parts.reduce((all, part) => all + part, 0n);
  const byRemainder = exact
    .map((each, index) => ({ index, remainder: each % days }))
    .sort((a, b) => (a.remainder > b.remainder ? -1 : a.remainder < b.remainder ? 1 : a.index - b.index));
  for (const { index } of byRemainder) {
    if (left === 0n) break;
    parts[index] = (parts[index] ?? 0n) + 1n;
    left -= 1n;
  }
  return parts;
}
