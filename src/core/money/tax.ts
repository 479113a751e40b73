import { add, divide, ratio, roundHalfUp, type Rational } from '../number/rational.js';

/** The tax inside a gross amount: gross − half-up(gross / (1 + rate)), in minor units. */
export function taxWithin(gross: bigint, rate: Rational): { readonly tax: bigint; readonly net: bigint } {
  const net = roundHalfUp(divide(ratio(gross), add(ratio(1n), rate)));
  return { tax: gross - net, net };
}
