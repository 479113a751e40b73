import { asPercent, formatShort } from '../number/decimal.js';
import { fromPercent, isExactAt, parseDecimal } from '../number/decimal.js';
import { compare, ratio, zero, type Rational } from '../number/rational.js';

/** A part of a rent, and how the plan writes it: `5 %` or `1/30`. */
export interface Share {
  readonly of: Rational;
  readonly text: string;
}

export const noShare: Share = { of: zero, text: '0 %' };

/** `5` → 5 % of the rent; null when `text` is no percentage from 0 on. */
export function percentShare(text: string): Share | null {
  const decimal = parseDecimal(text);
  if (!decimal || compare(decimal.value, zero) < 0) return null;
  return { of: fromPercent(decimal.value), text: `${formatShort(decimal.value, 15)} %` };
}

/** `1/30` → that part of the rent; null when `text` is no fraction of two whole numbers from 1 on. */
export function fractionShare(text: string): Share | null {
  const match = /^([1-9]\d{0,8})\s*\/\s*([1-9]\d{0,8})$/.exec(text);
  if (!match?.[1] || !match[2]) return null;
  return { of: ratio(BigInt(match[1]), BigInt(match[2])), text: `${match[1]}/${match[2]}` };
}

/** As a percentage, exact to six decimals; where that is not enough (1/30), four. */
export function percentText(share: Rational): string {
  const percent = asPercent(share);
  return formatShort(percent, isExactAt(percent, 6) ? 6 : 4);
}
