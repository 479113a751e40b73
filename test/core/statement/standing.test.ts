import { expect, test } from 'vitest';
import { formatHalfUp } from '../../../src/core/number.js';
import { servicesStanding } from '../../../src/core/statement/standing.js';
import { caseOf } from '../../config/case/support.js';

const service = {
  id: 'a',
  site: 'site',
  class: 'protected-dual',
  lines: ['l1', 'l2'],
  start: '2026-01-01',
  end: null,
  monthlyRent: { amount: '10000.00', currency: 'HKD' },
  paths: [],
};

test('each line says how much of its own time so far was observed, beside its availability and lower bound', () => {
  const day = (n: number): string => `2026-10-${String(n).padStart(2, '0')}T00:00:00+08:00`;
  const now = Date.parse(day(21));
  const standings = servicesStanding(
    [
      {
        case: caseOf({
          plan: 'ctg-cloud-connection',
          month: '2026-10',
          lines: [
            { id: 'l1', pop: 'HKG' },
            { id: 'l2', pop: 'SIN' },
            { id: 'l3', pop: 'FRA' },
          ],
          services: [
            { ...service, end: '2026-10-11' },
            { ...service, lines: ['l1', 'l3'], start: '2026-10-11' },
          ],
          unobserved: [
            { line: 'l1', from: day(1), to: day(6) },
            // Before the service has the line.
            { line: 'l3', from: day(1), to: day(12) },
          ],
        }),
      },
    ],
    now,
  );
  const shown = standings.flatMap(({ lines }) =>
    lines.map(({ line, observed, availability, lowerBound }) => [
      line,
      observed && formatHalfUp(observed, 6),
      formatHalfUp(availability, 6),
      formatHalfUp(lowerBound, 6),
    ]),
  );
  expect(shown).toEqual([
    ['l1', '0.750000', '1.000000', '0.838710'],
    ['l2', '1.000000', '1.000000', '1.000000'],
    ['l3', '0.900000', '1.000000', '0.967742'],
  ]);
  // Of the service: while any of its lines was unobserved, 6 of 20 days.
  expect(standings.map(({ observed }) => observed && formatHalfUp(observed, 6))).toEqual(['0.700000']);
});
