import { asPercent, formatShort, fromPercent, isExactAt, ratio, type Rational, zero } from './number.js';

/** A part of a rent, and how the plan writes it: `5 %` or `1/30`. */
export interface Share {
  readonly of: Rational;
  readonly text: string;
}

export const noShare: Share = { of: zero, text: '0 %' };

/** 5 → 5 % of the rent. */
export function percentShare(percent: Rational): Share {
  return { of: fromPercent(percent), text: `${formatShort(percent, 15)} %` };
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
