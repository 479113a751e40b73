import { asPercent, formatShort, type Rational } from '../../core/number.js';
import type { PerUnit } from '../../core/plan.js';
import { noShare, percentShare, type Share } from '../../core/share.js';

/** Every key of a part of the schema; `undefined` leaves one out of the file. */
export type Shown<T> = { readonly [K in keyof T]-?: unknown };

interface RawShare {
  readonly percent?: Rational | undefined;
  readonly fraction?: Share | undefined;
}

export function shareOf({ percent, fraction }: RawShare): Share {
  if (fraction !== undefined) return fraction;
  return percent === undefined ? noShare : percentShare(percent);
}

/** As it was written: `5 %` is a percentage, `1/30` a fraction. */
export function showShare({ of, text }: Share): { percent: unknown; fraction: unknown } {
  const isFraction = text.includes('/');
  return {
    percent: isFraction ? undefined : percentValue(of),
    fraction: isFraction ? text : undefined,
  };
}

interface RawAtMost {
  readonly atMostPercent?: Rational | undefined;
  readonly atMostFraction?: Share | undefined;
}

export function atMostOf({ atMostPercent, atMostFraction }: RawAtMost): Share | null {
  if (atMostPercent === undefined && atMostFraction === undefined) return null;
  return shareOf({ percent: atMostPercent, fraction: atMostFraction });
}

export function showAtMost(atMost: Share | null): { atMostPercent: unknown; atMostFraction: unknown } {
  const { percent, fraction } =
    atMost === null ? { percent: undefined, fraction: undefined } : showShare(atMost);
  return { atMostPercent: percent, atMostFraction: fraction };
}

interface RawPerUnit extends RawAtMost {
  readonly forEvery?: Rational | undefined;
  readonly count?: 'started' | 'full' | undefined;
}

export function perUnitOf(raw: RawPerUnit, toUnit = (unit: Rational) => unit): PerUnit | null {
  if (raw.forEvery === undefined) return null;
  return { unit: toUnit(raw.forEvery), count: raw.count ?? 'started', atMost: atMostOf(raw) };
}

export function showPerUnit(perUnit: PerUnit | null, fromUnit = (unit: Rational) => unit) {
  return {
    forEvery: perUnit === null ? undefined : decimalValue(fromUnit(perUnit.unit)),
    count: perUnit?.count,
    ...showAtMost(perUnit?.atMost ?? null),
  };
}

export const percentValue = (share: Rational): number | string => decimalValue(asPercent(share));

/** A number where one keeps every digit, else its text. */
export function decimalValue(value: Rational): number | string {
  const text = formatShort(value, 15);
  return String(Number(text)) === text ? Number(text) : text;
}

export const orNull = <T, U>(value: T | null, show: (value: T) => U): U | null =>
  value === null ? null : show(value);
