import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { currencyDecimals, formatAmount, parseAmount, taxWithin } from '../../../src/core/money.js';
import { ratio } from '../../../src/core/number.js';

describe('currencies', () => {
  test.each([
    ['JPY', 0],
    ['KRW', 0],
    ['VND', 0],
    ['UYI', 0],
    ['HKD', 2],
    ['CNY', 2],
    ['USD', 2],
    ['EUR', 2],
    ['MGA', 2],
    ['MRU', 2],
    ['KWD', 3],
    ['TND', 3],
    ['IQD', 3],
    ['CLF', 4],
    ['UYW', 4],
    ['XAU', null],
    ['XXX', null],
    ['hkd', null],
    ['', null],
    ['toString', null],
  ])('%s has %s decimals', (code, decimals) => {
    expect(currencyDecimals(code)).toBe(decimals);
  });
});

describe('amounts', () => {
  test.each([
    ['1234.50', 2, 123450n],
    ['1234.5', 2, 123450n],
    ['1234', 2, 123400n],
    ['0', 0, 0n],
    ['0.0001', 4, 1n],
    ['1.001', 3, 1001n],
  ])('%s with %d decimals', (text, decimals, minor) => {
    expect(parseAmount(text, decimals)).toEqual({ minor });
  });

  test.each(['', '-1', '+1', '1.', '.1', '1e3', '1,000', '٣', '1'.repeat(25), ' 1', '1\n'])(
    '%j is none',
    (text) => {
      expect(parseAmount(text, 2)).toHaveProperty('fault');
    },
  );

  test('are read back as printed, in every exponent', () => {
    const currency = fc.constantFrom('JPY', 'HKD', 'KWD', 'CLF');
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), currency, (minor, code) => {
        expect(parseAmount(formatAmount(minor, code), currencyDecimals(code) ?? -1)).toEqual({ minor });
      }),
    );
  });
});

describe('tax', () => {
  test.each([
    [10900n, 9n, 900n],
    [10600n, 6n, 600n],
    [100n, 9n, 8n],
    [1n, 9n, 0n],
    [12345n, 0n, 0n],
    // 5 / 1.06 = 4.716…, 5 minor units of tax 0.
    [5n, 6n, 0n],
  ])('in %d at %d %% is %d', (gross, percent, tax) => {
    expect(taxWithin(gross, ratio(percent, 100n))).toEqual({ tax, net: gross - tax });
  });
});
