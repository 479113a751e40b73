import { expect, test } from 'vitest';
import { changeOf } from '../../../src/core/statement/compare.js';
import { part, statement } from '../../render/report/documents.js';

const { inputs } = statement();
const later = { from: '2026-10-01T01:00:00+08:00', to: '2026-11-01T00:00:00+08:00' };
const revised = (zoneData: string, period: object = {}) =>
  statement({
    parts: [part({ period: { ...part().period, ...period } })],
    inputs: { ...inputs, digest: zoneData, zoneData },
  });

test('a revision says that other time zone data gave the month other bounds', () => {
  expect(changeOf(revised('2025c'), revised('2026c', later))?.why).toEqual([
    'the time zone data is 2026c, was 2025c, and gives other bounds',
  ]);
  expect(changeOf(statement(), revised('2026c', later))?.why).toEqual([
    'the time zone data is 2026c, was unknown, and gives other bounds',
  ]);
});

test('other time zone data that gives the same bounds is no reason', () => {
  expect(changeOf(revised('2025c'), revised('2026c'))?.why).toEqual([
    'its figures come out otherwise than before',
  ]);
});
