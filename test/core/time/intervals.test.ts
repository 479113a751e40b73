import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clip,
  contains,
  earliest,
  intersect,
  intersectAll,
  merge,
  subtract,
  totalMs,
  union,
  type Interval,
} from '../../../src/core/time/intervals.js';

const interval = fc
  .tuple(fc.integer({ min: -60, max: 60 }), fc.integer({ min: -60, max: 60 }))
  .map(([from, to]): Interval => ({ from, to }));
const intervals = fc.array(interval, { maxLength: 8 });
const set = intervals.map(merge);

/** The slow truth: every millisecond by itself. */
const instants = Array.from({ length: 130 }, (_, index) => index - 65);
const members = (of: Iterable<Interval>) =>
  instants.filter((at) => [...of].some(({ from, to }) => from <= at && at < to));

describe('interval sets', () => {
  test('merge keeps the instants, sorts, and leaves gaps between all', () => {
    fc.assert(
      fc.property(intervals, (list) => {
        const merged = merge(list);
        expect(members(merged)).toEqual(members(list));
        for (const [index, each] of merged.entries()) {
          expect(each.from).toBeLessThan(each.to);
          if (index > 0) expect(merged[index - 1]?.to).toBeLessThan(each.from);
        }
      }),
    );
  });

  test('union, intersection and difference are those of the instants', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const inB = new Set(members(b));
        const inA = new Set(members(a));
        expect(members(union(a, b))).toEqual(instants.filter((at) => inA.has(at) || inB.has(at)));
        expect(members(intersect(a, b))).toEqual(members(a).filter((at) => inB.has(at)));
        expect(members(subtract(a, b))).toEqual(members(a).filter((at) => !inB.has(at)));
        for (const result of [union(a, b), intersect(a, b), subtract(a, b)])
          expect(merge(result)).toEqual(result);
      }),
      { numRuns: 500 },
    );
  });

  test('the parts of a set add up to it', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        expect(totalMs(intersect(a, b)) + totalMs(subtract(a, b))).toBe(totalMs(a));
        expect(totalMs(union(a, b))).toBe(totalMs(a) + totalMs(b) - totalMs(intersect(a, b)));
      }),
    );
  });

  test('cutting an interval anywhere changes nothing', () => {
    fc.assert(
      fc.property(intervals, fc.integer({ min: -60, max: 60 }), (list, at) => {
        const cut = list.flatMap(({ from, to }) =>
          from < at && at < to
            ? [
                { from, to: at },
                { from: at, to },
              ]
            : [{ from, to }],
        );
        expect(merge(cut)).toEqual(merge(list));
      }),
    );
  });

  test('clip and contains are half-open', () => {
    const whole = merge([{ from: 0, to: 10 }]);
    expect(clip(whole, { from: 9, to: 20 })).toEqual([{ from: 9, to: 10 }]);
    expect(clip(whole, { from: 10, to: 20 })).toEqual([]);
    expect([contains(whole, 0), contains(whole, 9), contains(whole, 10)]).toEqual([true, true, false]);
  });

  test('an open end is clipped like any other', () => {
    expect(clip(merge([{ from: 5, to: Infinity }]), { from: 0, to: 10 })).toEqual([{ from: 5, to: 10 }]);
  });

  test('earliest takes a prefix of exactly so much time', () => {
    fc.assert(
      fc.property(set, fc.integer({ min: 0, max: 200 }), (a, ms) => {
        const taken = earliest(a, ms);
        expect(members(taken)).toEqual(members(a).slice(0, ms));
      }),
    );
    expect(earliest([{ from: 0, to: 10 }], Infinity)).toEqual([{ from: 0, to: 10 }]);
  });

  test('no sets have no common instant', () => {
    expect(intersectAll([])).toEqual([]);
  });
});
