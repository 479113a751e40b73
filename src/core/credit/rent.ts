import { ratio, roundHalfUp } from '../number/rational.js';

/** The rent of part of a month, by calendar day, half-up to the minor unit. */
export function rentOfPeriod(monthlyRent: bigint, daysInService: number, daysInMonth: number): bigint {
  return roundHalfUp(ratio(monthlyRent * BigInt(daysInService), BigInt(daysInMonth)));
}
