import { expect, test } from 'vitest';
import type { OutagePart } from '../../src/core/statement/document-parts.js';
import { outagesOf } from '../../src/portal/finance/seen-outages.js';

const at = (minute: number): string => new Date(Date.UTC(2026, 9, 2, 9, minute)).toISOString();
const part = (
  port: string,
  observer: string | null,
  from: number,
  to: number | null,
  state: OutagePart['state'] = 'counted',
): OutagePart => ({
  ref: `${port}@${observer ?? ''}/${from}`,
  port,
  lines: [],
  observer,
  start: null,
  end: null,
  from: at(from),
  to: to === null ? null : at(to),
  origin: 'measured',
  state,
  excusedBy: [],
  corrections: [],
  inferred: [],
});

test('an outage that several observers saw is one line, with how many they were', () => {
  const found = outagesOf([
    part('SIN', 'HKG', 1, 5),
    part('SIN', 'FRA', 2, 6),
    part('SIN', null, 20, 25),
    part('FRA', 'HKG', 0, 3, 'outvoted'),
    part('SIN', 'FRA', 40, null),
  ]);
  const minute = (ms: number | null) => (ms === null ? null : (ms - Date.parse(at(0))) / 60_000);
  expect(found.map(({ from, to, ...one }) => ({ ...one, from: minute(from), to: minute(to) }))).toEqual([
    { port: 'FRA', state: 'outvoted', observers: 1, from: 0, to: 3 },
    { port: 'SIN', state: 'counted', observers: 2, from: 1, to: 6 },
    { port: 'SIN', state: 'counted', observers: 0, from: 20, to: 25 },
    { port: 'SIN', state: 'counted', observers: 1, from: 40, to: null },
  ]);
});
