import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDurationUs, parseDurationUs } from '../../../src/config/scalars.js';

test.each([
  ['30m', 1_800_000_000],
  ['2000ms', 2_000_000],
  ['1s', 1_000_000],
  ['1.5s', 1_500_000],
  ['0s', 0],
  ['0ms', 0],
  ['1h30m', 5_400_000_000],
  ['1 h 30 m', 5_400_000_000],
  ['5min', 300_000_000],
  ['1d', 86_400_000_000],
  ['250us', 250],
  ['250µs', 250],
  ['0.001ms', 1],
  ['0.1s', 100_000],
])('%s is %d µs', (text, us) => {
  expect(parseDurationUs(text)).toBe(us);
});

test.each([
  ['30', 'has no unit'],
  ['1.5', 'has no unit'],
  ['-1s', 'is negative'],
  ['', 'is not a duration'],
  ['s', 'is not a duration'],
  ['1s1s', 'is not a duration'],
  ['30m1h', 'is not a duration'],
  ['1.s', 'is not a duration'],
  ['1e3s', 'has an unknown unit, "e"'],
  ['3M', 'is not a duration'],
  ['3mo', 'has an unknown unit, "mo"'],
  ['0.1us', 'is finer than a microsecond'],
  ['999999999999999d', 'is too long'],
])('%j %s', (text, what) => {
  expect(parseDurationUs(text)).toEqual({ wrong: what });
});

test('what is written is read as the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e14 }), (us) => {
      expect(parseDurationUs(formatDurationUs(us))).toBe(us);
    }),
  );
});
