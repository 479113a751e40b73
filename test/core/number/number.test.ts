import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  add,
  ceil,
  compare,
  divide,
  floor,
  formatDown,
  formatHalfUp,
  formatShort,
  multiply,
  parseDecimal,
  ratio,
  roundHalfUp,
  roundTo,
  subtract,
} from '../../../src/core/number.js';

const rational = fc
  .tuple(fc.bigInt({ min: -10_000n, max: 10_000n }), fc.bigInt({ min: 1n, max: 500n }))
  .map(([n, d]) => ratio(n, d));

describe('rationals', () => {
  test('are kept in lowest terms with a positive denominator', () => {
    expect(ratio(6n, -4n)).toEqual({ n: -3n, d: 2n });
    expect(ratio(0n, -7n)).toEqual({ n: 0n, d: 1n });
    expect(() => ratio(1n, 0n)).toThrow('denominator');
  });

  test('take back what they did', () => {
    fc.assert(
      fc.property(rational, rational, (a, b) => {
        expect(subtract(add(a, b), b)).toEqual(a);
        if (b.n !== 0n) expect(divide(multiply(a, b), b)).toEqual(a);
      }),
    );
  });

  test('round to the whole number that is nearest', () => {
    fc.assert(
      fc.property(rational, (a) => {
        const whole = ratio(roundHalfUp(a));
        const distance = subtract(a, whole);
        expect(compare(distance, ratio(1n, 2n))).toBeLessThanOrEqual(0);
        expect(compare(distance, ratio(-1n, 2n))).toBeGreaterThanOrEqual(0);
        expect(roundHalfUp(ratio(-a.n, a.d))).toBe(-roundHalfUp(a));
        expect(floor(a) <= roundHalfUp(a) && roundHalfUp(a) <= ceil(a)).toBe(true);
        expect(ceil(a) - floor(a)).toBe(a.d === 1n ? 0n : 1n);
      }),
    );
  });

  test.each([
    [1n, 2n, 1n],
    [-1n, 2n, -1n],
    [3n, 2n, 2n],
    [-3n, 2n, -2n],
    [49n, 100n, 0n],
    [-49n, 100n, 0n],
    [51n, 100n, 1n],
  ])('%d/%d → %d', (n, d, rounded) => {
    expect(roundHalfUp(ratio(n, d))).toBe(rounded);
  });
});

describe('decimals', () => {
  test.each([
    ['99.95', ratio(1999n, 20n), 2],
    ['-0.5', ratio(-1n, 2n), 1],
    ['10.0', ratio(10n), 1],
    ['0', ratio(0n), 0],
  ])('%s', (text, value, places) => {
    expect(parseDecimal(text)).toEqual({ value, places });
  });

  test.each(['', '1e5', '+1', '.5', '1.', '1,5', 'NaN', 'Infinity', '0x10', ' 1', '1'.repeat(31)])(
    '%j is none',
    (text) => {
      expect(parseDecimal(text)).toBeNull();
    },
  );

  test('are printed half-up, down and short', () => {
    expect(formatHalfUp(ratio(-505n, 100n), 1)).toBe('-5.1');
    expect(formatHalfUp(ratio(-4n, 100n), 1)).toBe('0.0');
    expect(formatHalfUp(ratio(-5n, 100n), 1)).toBe('-0.1');
    expect(formatDown(ratio(9949999n, 100000n), 4)).toBe('99.4999');
    expect(formatDown(ratio(99999999n, 1000000n), 4)).toBe('99.9999');
    expect(formatShort(ratio(20n))).toBe('20');
    expect(formatShort(ratio(1999n, 20n))).toBe('99.95');
    expect(formatShort(ratio(0n))).toBe('0');
    expect(formatShort(ratio(100n, 3n), 4)).toBe('33.3333');
  });

  test('read back what they print', () => {
    fc.assert(
      fc.property(rational, fc.integer({ min: 0, max: 6 }), (value, places) => {
        expect(parseDecimal(formatHalfUp(value, places))?.value).toEqual(roundTo(value, places));
      }),
    );
  });
});
