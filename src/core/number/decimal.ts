import { compare, floor, multiply, ratio, roundHalfUp, type Rational } from './rational.js';

const expression = /^(-?)(\d{1,30})(?:\.(\d{1,15}))?$/;

export interface Decimal {
  readonly value: Rational;
  /** Digits written after the point. */
  readonly places: number;
}

/** Reads a plain decimal (`-12.50`: no exponent, no plus, no grouping); null when `text` is not one. */
export function parseDecimal(text: string): Decimal | null {
  const match = expression.exec(text);
  if (!match) return null;
  const [, sign = '', whole = '', fraction = ''] = match;
  const units = BigInt(whole + fraction);
  return {
    value: ratio(sign ? -units : units, 10n ** BigInt(fraction.length)),
    places: fraction.length,
  };
}

/** `units` of 10^-places as text with all its places: (12345, 2) → `123.45`. */
export function formatUnits(units: bigint, places: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0');
  const sign = units < 0n ? '-' : '';
  if (places === 0) return sign + digits;
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

const scaled = (value: Rational, places: number): Rational => multiply(value, ratio(10n ** BigInt(places)));

/** Rounded half-up (halves of negatives away from zero), with all its places. Never `-0.0`. */
export function formatHalfUp(value: Rational, places: number): string {
  return formatUnits(roundHalfUp(scaled(value, places)), places);
}

/** Rounded down, with all its places. */
export function formatDown(value: Rational, places: number): string {
  return formatUnits(floor(scaled(value, places)), places);
}

/** `value` rounded half-up to so many places, still exact. */
export function roundTo(value: Rational, places: number): Rational {
  return ratio(roundHalfUp(scaled(value, places)), 10n ** BigInt(places));
}

/** Without trailing zeros; rounded half-up where `places` are not enough. */
export function formatShort(value: Rational, places = 6): string {
  const text = formatHalfUp(value, places);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** True when `formatShort` prints `value` without rounding it. */
export function isExactAt(value: Rational, places: number): boolean {
  return compare(roundTo(value, places), value) === 0;
}

/** A share of a whole as a percentage: 1/20 → 5. */
export const asPercent = (share: Rational): Rational => multiply(share, ratio(100n));
/** A percentage as a share of a whole: 5 → 1/20. */
export const fromPercent = (percent: Rational): Rational => multiply(percent, ratio(1n, 100n));
