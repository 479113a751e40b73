import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, nearest } from '../../src/config/problem.js';

test.each([
  ['', 'abc', 3],
  ['every', 'every', 0],
  ['evry', 'every', 1],
  ['evrey', 'every', 1], // neighbours swapped
  ['kitten', 'sitting', 3],
])('%j is %j but for %d letters', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
});

test('the distance is the same both ways, zero for equals only, and at most the longer word', () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b);
      expect(editDistance(b, a)).toBe(distance);
      expect(distance === 0).toBe(a === b);
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});

test.each([
  ['lost_after', 'lostAfter'],
  ['LOSTAFTER', 'lostAfter'],
  ['lost', 'lostAfter'],
  ['packetinterval', 'packetInterval'],
  ['zebra', null],
  ['x'.repeat(100_000), null],
])('%.20j was meant as %j', (word, meant) => {
  expect(nearest(word, ['every', 'lostAfter', 'lateWait', 'packetInterval'])).toBe(meant);
});
