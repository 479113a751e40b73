/**
 * Exact fractions. Every tier, band and amount is decided on these: binary floating point can't hold 99.95 %, and a
 * tier that is missed by 1e-14 is a credit that is wrong by a step.
 *
 * `d` is positive and the fraction is in lowest terms.
 */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

const largestSafe = BigInt(Number.MAX_SAFE_INTEGER);

function gcd(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y > largestSafe) [x, y] = [y, x % y];
  if (y === 0n) return x;
  // From here on every remainder is a whole number that a double holds exactly, and is found many times faster.
  let [p, q] = [Number(y), Number(x % y)];
  while (q !== 0) [p, q] = [q, p % q];
  return BigInt(p);
}

/** n / d in lowest terms. `d` must not be 0. */
export function ratio(n: bigint, d = 1n): Rational {
  if (d === 0n) throw new RangeError('a fraction needs a denominator other than 0');
  const divisor = d < 0n ? -gcd(n, d) : gcd(n, d);
  return { n: n / divisor, d: d / divisor };
}

export const zero: Rational = { n: 0n, d: 1n };

export const add = (a: Rational, b: Rational): Rational => ratio(a.n * b.d + b.n * a.d, a.d * b.d);
export const subtract = (a: Rational, b: Rational): Rational => ratio(a.n * b.d - b.n * a.d, a.d * b.d);
export const multiply = (a: Rational, b: Rational): Rational => ratio(a.n * b.n, a.d * b.d);
/** `b` must not be 0. */
export const divide = (a: Rational, b: Rational): Rational => ratio(a.n * b.d, a.d * b.n);

/** Negative, 0 or positive as `a` is less than, equal to or more than `b`. */
export function compare(a: Rational, b: Rational): number {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The largest whole number that is not over `a`. */
export function floor(a: Rational): bigint {
  const quotient = a.n / a.d;
  return a.n < 0n && quotient * a.d !== a.n ? quotient - 1n : quotient;
}

/** The smallest whole number that is not under `a`. */
export function ceil(a: Rational): bigint {
  return -floor({ n: -a.n, d: a.d });
}

/** The nearest whole number; a half goes away from zero: 0.5 → 1, −0.5 → −1. */
export function roundHalfUp(a: Rational): bigint {
  const magnitude = a.n < 0n ? -a.n : a.n;
  const rounded = (2n * magnitude + a.d) / (2n * a.d);
  return a.n < 0n ? -rounded : rounded;
}

const expression = /^(-?)(\d{1,30})(?:\.(\d{1,15}))?$/;

interface Decimal {
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
