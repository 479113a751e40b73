import fc from 'fast-check';
import { expect, test } from 'vitest';
import { percentile } from '../../../src/core/measurement/figures.js';

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

test.each([
  { count: 1, p50: 1, p95: 1, p99: 1 },
  { count: 2, p50: 1, p95: 2, p99: 2 },
  { count: 3, p50: 2, p95: 3, p99: 3 },
  { count: 19, p50: 10, p95: 19, p99: 19 },
  { count: 20, p50: 10, p95: 19, p99: 20 },
  { count: 21, p50: 11, p95: 20, p99: 21 },
  { count: 99, p50: 50, p95: 95, p99: 99 },
  { count: 100, p50: 50, p95: 95, p99: 99 },
  { count: 101, p50: 51, p95: 96, p99: 100 },
  { count: 446_400, p50: 223_200, p95: 424_080, p99: 441_936 },
])('of 1 … $count by nearest rank', ({ count, p50, p95, p99 }) => {
  const values = upTo(count);
  expect([50, 95, 99].map((percent) => percentile(values, percent))).toEqual([p50, p95, p99]);
});

test('is the least value that at least so many in a hundred are not over', () => {
  const values = fc.array(fc.nat(50), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 100 }), (all, percent) => {
      const sorted = all.toSorted((a, b) => a - b);
      const enough = (value: number) =>
        all.filter((each) => each <= value).length * 100 >= percent * all.length;
      expect(percentile(sorted, percent)).toBe(sorted.find(enough));
    }),
  );
});
