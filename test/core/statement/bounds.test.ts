import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compare } from '../../../src/core/number.js';
import { boundsOf, judgeMonth } from '../../../src/core/statement/judge.js';
import type { LineInterval } from '../../../src/core/statement/case.js';
import { boundsResult } from '../../../src/core/statement/result.js';
import { caseOf } from '../../config/case/support.js';

const monthStart = Date.parse('2026-10-01T00:00:00+08:00');
const hourMs = 3_600_000;

const base = caseOf({
  plan: 'ctg-cloud-connection',
  month: '2026-10',
  lines: [
    { id: 'l1', pop: 'HKG' },
    { id: 'l2', pop: 'SIN' },
    { id: 'l3', pop: 'FRA' },
  ],
  services: [
    ['a', 'single', ['l1']],
    ['b', 'protected-dual', ['l2', 'l3']],
  ].map(([id, serviceClass, lines]) => ({
    id,
    class: serviceClass,
    lines,
    site: 'one',
    start: '2026-01-01',
    end: null,
    paths: [],
    monthlyRent: { amount: '1000.00', currency: 'HKD' },
  })),
  exclusions: [
    {
      kind: 'third-party',
      scope: 'all',
      from: '2026-10-05T00:00:00Z',
      to: '2026-10-05T12:00:00Z',
    },
  ],
});

const edgeMs = fc.integer({ min: 0, max: 900_000 });
const anyOutage = fc
  .record({
    line: fc.constantFrom('l1', 'l2', 'l3'),
    from: fc.integer({ min: -hourMs, max: 740 * hourMs }),
    length: fc.integer({ min: 1, max: 20 * hourMs }),
    before: edgeMs,
    after: edgeMs,
  })
  .map(({ line, from, length, before, after }) => ({
    nominal: { line, from: monthStart + from, to: monthStart + from + length },
    longest: { line, from: monthStart + from - before, to: monthStart + from + length + after },
    shortest: { line, from: monthStart + from + after, to: monthStart + from + length - before },
  }));

describe('the bounds of a month', () => {
  test('hold what was judged, whatever the outages', () => {
    fc.assert(
      fc.property(fc.array(anyOutage, { maxLength: 8 }), (outages) => {
        const pick = (key: 'nominal' | 'longest' | 'shortest'): LineInterval[] =>
          outages.map((one) => one[key]);
        const judged = judgeMonth({ ...base, outages: pick('nominal') });
        const [bounds = []] = boundsOf([judged], [{ longest: pick('longest'), shortest: pick('shortest') }]);
        expect(bounds).toHaveLength(judged.services.length);
        for (const [index, bound] of bounds.entries()) {
          const service = judged.services[index];
          if (!service) throw new Error('a bound of no service');
          expect(compare(bound.availabilityLow, service.availability.availability)).toBeLessThanOrEqual(0);
          expect(compare(service.availability.availability, bound.availabilityHigh)).toBeLessThanOrEqual(0);
          expect(bound.creditLow <= service.amount && service.amount <= bound.creditHigh).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('are one figure, and not shown, where no outage was', () => {
    const judged = judgeMonth({ ...base, outages: [] });
    const [bounds = []] = boundsOf([judged], [{ longest: [], shortest: [] }]);
    expect(bounds.map((bound) => boundsResult(bound, 'HKD'))).toEqual([null, null]);
  });

  test('move with an outage that only its longest reading has', () => {
    const judged = judgeMonth({ ...base, outages: [] });
    const longest = [{ line: 'l1', from: monthStart, to: monthStart + 4 * hourMs }];
    const [bounds = []] = boundsOf([judged], [{ longest, shortest: [] }]);
    const [a, b] = bounds.map((bound) => boundsResult(bound, 'HKD'));
    expect(a).toEqual({
      availabilityLowPercent: '99.4623',
      availabilityHighPercent: '100.0000',
      creditLow: '0.00',
      creditHigh: '50.00',
    });
    expect(b).toBeNull();
  });
});
