import { expect, test } from 'vitest';
import { isSuspect, offsetOf } from '../../src/mesh/clock.js';

test('the hub’s clock was read somewhere in the round trip', () => {
  expect(offsetOf(10_000, 40, 10_020)).toEqual({ offsetMs: 0, errorMs: 20 });
  expect(offsetOf(20_000, 40, 10_020)).toEqual({ offsetMs: 10_000, errorMs: 20 });
  expect(offsetOf(5_000, 1_000, 10_020)).toEqual({ offsetMs: -4_520, errorMs: 500 });
});

test.each([
  [10_000, 20, true],
  [-10_000, 20, true],
  [1_020, 20, false],
  [1_021, 20, true],
  [900, 0, false],
  [1_400, 500, false],
])('%i ms ± %i ms against a limit of a second: %s', (offsetMs, errorMs, suspect) => {
  expect(isSuspect({ offsetMs, errorMs }, 1_000)).toBe(suspect);
});
