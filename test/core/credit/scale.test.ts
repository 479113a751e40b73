import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareCodePoints, scaleToCap, type Claim } from '../../../src/core/credit/caps.js';

const claims = fc
  .uniqueArray(fc.tuple(fc.string({ minLength: 1, maxLength: 3 }), fc.bigInt({ min: 0n, max: 5000n })), {
    selector: ([id]) => id,
    maxLength: 7,
  })
  .map((list) => list.map(([id, amount]): Claim => ({ id, start: '2026-10-01', amount })));
const total = (amounts: readonly bigint[]) => amounts.reduce((sum, each) => sum + each, 0n);

describe('scaling to a cap', () => {
  test('sums up to the cap to the minor unit, or changes nothing', () => {
    fc.assert(
      fc.property(claims, fc.bigInt({ min: 0n, max: 9000n }), (list, cap) => {
        const before = list.map(({ amount }) => amount);
        const after = scaleToCap(list, cap);
        if (total(before) <= cap) expect(after).toEqual(before);
        else expect(total(after)).toBe(cap);
        after.forEach((amount, index) => {
          expect(amount >= 0n && amount <= (before[index] ?? 0n)).toBe(true);
        });
      }),
    );
  });

  test('never gives more than a unit off the exact proportion', () => {
    fc.assert(
      fc.property(claims, fc.bigInt({ min: 0n, max: 9000n }), (list, cap) => {
        const sum = total(list.map(({ amount }) => amount));
        fc.pre(sum > cap);
        scaleToCap(list, cap).forEach((amount, index) => {
          const off = amount * sum - (list[index]?.amount ?? 0n) * cap;
          expect(off > -sum && off < sum).toBe(true);
        });
      }),
    );
  });

  test('gives each service the same, in whatever order they stand', () => {
    const shuffled = claims.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, fc.bigInt({ min: 0n, max: 9000n }), ([list, other], cap) => {
        const amounts = (of: readonly Claim[]) =>
          new Map(scaleToCap(of, cap).map((amount, index) => [of[index]?.id, amount]));
        expect(amounts(other)).toEqual(amounts(list));
      }),
    );
  });

  test('breaks ties by the smaller id, in code points', () => {
    const tied = (...ids: string[]) => ids.map((id): Claim => ({ id, start: '2026-10-01', amount: 1n }));
    expect(scaleToCap(tied('b', 'a', 'c'), 1n)).toEqual([0n, 1n, 0n]);
    expect(scaleToCap(tied('svc-10', 'svc-9'), 1n)).toEqual([1n, 0n]);
    // U+FF5E is before U+1F600, although its UTF-16 unit is greater than the emoji's first.
    expect(scaleToCap(tied('😀', '～'), 1n)).toEqual([0n, 1n]);
  });

  test('breaks ties of segments by their start', () => {
    const segments = ['2026-10-11', '2026-10-01'].map((start): Claim => ({ id: 'a', start, amount: 1n }));
    expect(scaleToCap(segments, 1n)).toEqual([0n, 1n]);
  });

  test('works an example by hand', () => {
    // 50, 30, 21 of 101 into 100: 49.504…, 29.702…, 20.792… → one unit each to the third and the second.
    const list = [50n, 30n, 21n].map((amount, index): Claim => ({ id: String(index), start: '', amount }));
    expect(scaleToCap(list, 100n)).toEqual([49n, 30n, 21n]);
  });
});

test('code points', () => {
  const sorted = ['a', 'b', 'aa', '', 'A', '～', '😀'].sort(compareCodePoints);
  expect(sorted).toEqual(['', 'A', 'a', 'aa', 'b', '～', '😀']);
});
