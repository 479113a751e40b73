import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foresee, passedOf } from '../../../src/core/availability/foresee.js';
import type { Availability } from '../../../src/core/availability/availability.js';
import { msUntilBelow, nextStep } from '../../../src/core/statement/standing.js';
import { merge } from '../../../src/core/time/intervals.js';
import { compare, ratio } from '../../../src/core/number.js';
import { noShare, percentShare } from '../../../src/core/share.js';

/** Basis points of a percent: 99.95 % is 9995. */
const bound = (basisPoints: number) => ratio(BigInt(basisPoints), 10_000n);
const november = 30 * 86_400_000;
const availability = (totalMs: number, unavailableMs: number): Availability => ({
  lines: [],
  outages: [],
  totalMs,
  unavailableMs,
  wholeMs: totalMs,
  removed: [],
  lowerBound: ratio(0n),
  removedMs: 0,
  excusedMs: 0,
  unobservedMs: 0,
  complete: true,
  unavailable: [],
  availability: totalMs === 0 ? ratio(1n) : ratio(BigInt(totalMs - unavailableMs), BigInt(totalMs)),
});
const steps = [
  { below: bound(9990), credit: percentShare(ratio(5n)), perUnit: null },
  { below: bound(9950), credit: percentShare(ratio(10n)), perUnit: null },
  { below: bound(9900), credit: percentShare(ratio(20n)), perUnit: null },
];
const downtime = fc
  .tuple(fc.integer({ min: 1, max: 31 * 86_400_000 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([total, share]) => availability(total, Math.floor(total * share)));

describe('time left before a bound', () => {
  test('is what the contract allows of a month of 30 days', () => {
    // 99.9 % of 30 days: 43 min 12 s.
    expect(msUntilBelow(availability(november, 0), bound(9990))).toBe(2_592_000);
    expect(msUntilBelow(availability(november, 2_000_000), bound(9990))).toBe(592_000);
    expect(msUntilBelow(availability(november, 2_592_000), bound(9990))).toBe(0);
    expect(msUntilBelow(availability(november, 2_592_001), bound(9990))).toBe(0);
  });

  test('is exact: so many milliseconds do not reach it, one more does', () => {
    fc.assert(
      fc.property(downtime, fc.integer({ min: 0, max: 10_000 }), (seen, basisPoints) => {
        const limit = bound(basisPoints);
        fc.pre(compare(seen.availability, limit) >= 0);
        const left = msUntilBelow(seen, limit);
        const after = (more: number) => availability(seen.totalMs, seen.unavailableMs + more).availability;
        expect(compare(after(left), limit)).toBeGreaterThanOrEqual(0);
        expect(compare(after(left + 1), limit)).toBeLessThan(0);
      }),
    );
  });

  test('is to the next deeper step, and none is left behind the deepest', () => {
    expect(nextStep(steps, availability(november, 0))?.step.credit.text).toBe('5 %');
    // Exactly at a bound the step above still holds: lower bounds are inclusive.
    expect(nextStep(steps, availability(november, 2_592_000))).toMatchObject({
      leftMs: 0,
      step: { credit: { text: '5 %' } },
    });
    expect(nextStep(steps, availability(november, 2_592_001))).toMatchObject({
      leftMs: 12_960_000 - 2_592_001,
      step: { credit: { text: '10 %' } },
    });
    expect(nextStep(steps, availability(november, 30_000_000))).toBeNull();
    expect(nextStep([], availability(november, 1))).toBeNull();
    expect(noShare.text).toBe('0 %');
  });
});

describe('what the month comes to at this rate', () => {
  test('of a service that paused, only the time of its terms has passed', () => {
    const spans = merge([
      { from: 0, to: 1_000 },
      { from: 5_000, to: 6_000 },
    ]);
    expect(passedOf(availability(2_000, 0), { spans }, 4_000)).toBe(1_000);
    expect(passedOf(availability(2_000, 0), { spans }, 5_500)).toBe(1_500);
  });

  const period = { spans: merge([{ from: 0, to: november }]) };

  test('is the downtime so far times whole over passed, rounded down', () => {
    expect(foresee(availability(november, 1_000), period, november / 3).unavailableMs).toBe(3_000);
    // A millisecond more than a seventh of it has passed.
    expect(foresee(availability(november, 1_000), period, 370_285_715).unavailableMs).toBe(6_999);
    expect(foresee(availability(november, 1_000), period, november).unavailableMs).toBe(1_000);
    expect(foresee(availability(november, 0), period, 5).unavailableMs).toBe(0);
    expect(foresee(availability(november, 0), period, -5)).toEqual(availability(november, 0));
  });

  test('is never less than what is, never more than the period, and the ratio that goes with it', () => {
    fc.assert(
      fc.property(downtime, fc.integer({ min: -5, max: 32 * 86_400_000 }), (seen, now) => {
        const span = { spans: merge([{ from: 0, to: seen.totalMs }]) };
        const { unavailableMs, availability: foreseen } = foresee(seen, span, now);
        expect(unavailableMs).toBeGreaterThanOrEqual(seen.unavailableMs);
        expect(unavailableMs).toBeLessThanOrEqual(seen.totalMs);
        expect(foreseen).toEqual(availability(seen.totalMs, unavailableMs).availability);
        if (now >= seen.totalMs) expect(unavailableMs).toBe(seen.unavailableMs);
        const passed = passedOf(seen, span, now);
        expect(passed).toBeGreaterThanOrEqual(seen.unavailableMs);
        expect(passed).toBeLessThanOrEqual(seen.totalMs);
      }),
    );
  });
});
