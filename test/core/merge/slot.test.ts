import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSameMeasurement, supersedes, type StoredSlot, asReplacement } from '../../../src/core/merge.js';
import { type MissingReason, missingReasons } from '../../../src/core/measurement/round.js';
import { summary } from '../../support/rounds.js';

const base = summary();
const measured: fc.Arbitrary<StoredSlot> = fc
  .record({
    startedAt: fc.integer({ min: 5, max: 12 }),
    status: fc.constantFrom('ok' as const, 'invalid' as const),
    reason: fc.constantFrom(null, asReplacement(base).reason),
    packed: fc.option(fc.uint8Array({ maxLength: 2 })),
  })
  .map((parts) => ({ ...base, ...parts }));
const missing: fc.Arbitrary<StoredSlot> = fc
  .constantFrom(...missingReasons)
  .map((reason) => ({ path: base.path, slot: base.slot, status: 'missing', reason }));

const keep = (held: StoredSlot, next: StoredSlot): StoredSlot => (supersedes(next, held) ? next : held);

describe('what is kept of a slot', () => {
  test('is the same in whatever order and however often it comes', () => {
    const several = fc.array(fc.oneof(measured, missing), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(several, fc.infiniteStream(fc.nat()), (given, picks) => {
        const keyed = given.map((slot) => ({ slot, key: picks.next().value as number }));
        const mixed = [...keyed.sort((a, b) => a.key - b.key).map(({ slot }) => slot), ...given];
        expect(mixed.reduce(keep)).toEqual(given.reduce(keep));
      }),
      { numRuns: 500 },
    );
  });

  test('is a round that was measured again under the right name, whatever the other is', () => {
    const whole: StoredSlot = { ...base, startedAt: 1, packed: Uint8Array.of(1) };
    const again: StoredSlot = { ...asReplacement(base), startedAt: 2, packed: null };
    expect(supersedes(again, whole)).toBe(true);
    expect(supersedes(whole, again)).toBe(false);
    expect(supersedes({ ...asReplacement(base), status: 'failed', packed: null }, whole)).toBe(true);
  });

  test('is one measurement by all of its figures, and not by its start alone', () => {
    expect(
      isSameMeasurement(base, { ...base, slot: base.slot + 1, status: 'unscheduled', reason: 'x' }),
    ).toBe(true);
    expect(isSameMeasurement(base, { ...base, endedAt: base.endedAt + 1 })).toBe(false);
    const [size, ...rest] = base.sizes;
    const other = size ? [{ ...size, rttSumUs: size.rttSumUs + 1 }, ...rest] : [];
    expect(isSameMeasurement(base, { ...base, sizes: other })).toBe(false);
  });

  test('is the mark that knows most of why nothing was measured, in whatever order they come', () => {
    const mark = (reason: MissingReason): StoredSlot => ({
      path: base.path,
      slot: base.slot,
      status: 'missing',
      reason,
    });
    // Made by a clock that was ahead, taken back, and then really missed.
    for (const found of ['stopped', 'asleep', 'paused', 'overrun', 'store'] as const)
      for (const before of ['clock-stepped', 'crashed', 'unknown'] as const) {
        expect(supersedes(mark(found), mark(before)), `${found} after ${before}`).toBe(true);
        expect(supersedes(mark(before), mark(found)), `${before} after ${found}`).toBe(false);
      }
    expect(supersedes(mark('store'), mark('paused'))).toBe(true);
    for (const reason of missingReasons) {
      expect(supersedes(mark(reason), mark(reason))).toBe(false);
      expect(supersedes(mark(reason), { ...base, packed: null })).toBe(false);
      expect(supersedes({ ...base, packed: null }, mark(reason))).toBe(true);
    }
  });

  test('is a round rather than a mark, and one with its packets', () => {
    const mark: StoredSlot = { path: base.path, slot: base.slot, status: 'missing', reason: 'unknown' };
    const swept: StoredSlot = { ...base, packed: null };
    const whole: StoredSlot = { ...base, packed: Uint8Array.of(1) };
    expect(supersedes(swept, mark)).toBe(true);
    expect(supersedes(mark, swept)).toBe(false);
    expect(supersedes(whole, swept)).toBe(true);
    expect(supersedes(swept, whole)).toBe(false);
    expect(supersedes(whole, whole)).toBe(false);
  });
});
