import { expect, test } from 'vitest';
import { changeOf } from '../../../src/core/statement/compare.js';
import type { ChangeReason } from '../../../src/core/statement/document.js';
import { reportLanguages } from '../../../src/i18n/languages.js';
import { localeOf } from '../../../src/i18n/locale.js';
import { changeLines } from '../../../src/i18n/report.js';
import { part, statement } from '../../render/report/documents.js';

const { inputs } = statement();
const later = { from: '2026-10-01T01:00:00+08:00', to: '2026-11-01T00:00:00+08:00' };
const revised = (zoneData: string, period: object = {}) =>
  statement({
    parts: [part({ period: { ...part().period, ...period } })],
    inputs: { ...inputs, digest: zoneData, zoneData },
  });

test('a revision says that other time zone data gave the month other bounds', () => {
  const why = changeOf(revised('2025c'), revised('2026c', later))?.why ?? [];
  expect(why).toEqual([{ code: 'zone-data', now: '2026c', before: '2025c' }]);
  expect(changeLines(localeOf('en').words, why)).toEqual([
    'the time zone data is 2026c, was 2025c, and gives other bounds',
  ]);
  expect(changeOf(statement(), revised('2026c', later))?.why).toEqual([
    { code: 'zone-data', now: '2026c', before: null },
  ]);
});

test('other time zone data that gives the same bounds is no reason', () => {
  expect(changeOf(revised('2025c'), revised('2026c'))?.why).toEqual([{ code: 'figures-changed' }]);
});

test('each reason has a sentence in each language, with its values', () => {
  const exclusion = { id: 'X4', kind: 'planned-maintenance', by: 'bob', at: '2026-11-02' } as const;
  const outage = { ref: 'C7', from: '2026-10-03T04:00:00+08:00' } as const;
  const entered = { by: 'carol', at: '2026-11-03', reason: 'the switch log' } as const;
  const reasons: ChangeReason[] = [
    { code: 'exclusion-approved', ...exclusion },
    { code: 'exclusion-changed', id: 'X4' },
    { code: 'exclusion-removed', id: 'X4', kind: 'planned-maintenance' },
    { code: 'outage-added', ...outage, ...entered },
    { code: 'outage-late', ...outage },
    { code: 'outage-corrected', ...outage, ...entered, id: 'C8', does: 'correct' },
    { code: 'outage-moved', ...outage },
    { code: 'outage-state', ...outage, now: 'excused', before: 'counted' },
    { code: 'outage-removed', ref: 'C7' },
    { code: 'path-added', path: 'HKG>SIN' },
    { code: 'path-rounds', path: 'HKG>SIN', now: 4, before: 3 },
    { code: 'path-measured', path: 'HKG>SIN' },
    { code: 'path-commitment', path: 'HKG>SIN', nowUs: '35000', beforeUs: null },
    { code: 'unobserved-changed' },
    { code: 'terms-changed' },
    { code: 'sellers-changed' },
    { code: 'zone-data', now: '2026c', before: null },
    { code: 'software-changed', now: '2.0.0', before: '1.0.0' },
    { code: 'figures-changed' },
  ];
  for (const language of reportLanguages) {
    const lines = changeLines(localeOf(language).words, reasons);
    expect(new Set(lines).size).toBe(reasons.length);
    for (const [index, { code, ...values }] of reasons.entries()) {
      for (const name of ['id', 'ref', 'path', 'by', 'at', 'from'] as const)
        if (name in values) expect(lines[index], code).toContain((values as Record<string, string>)[name]);
      expect(lines[index]).not.toMatch(/undefined|null/);
    }
  }
});

test('a reason of an earlier format stands as it was written', () => {
  expect(changeLines(localeOf('zh-CN').words, ['outage C7 is there no more'])).toEqual([
    'outage C7 is there no more',
  ]);
});

test('a reason that only a later version knows stands with its values', () => {
  const later = { code: 'cable-moved', id: 'X9' } as unknown as ChangeReason;
  for (const language of reportLanguages)
    expect(changeLines(localeOf(language).words, [later])).toEqual(['{"code":"cable-moved","id":"X9"}']);
});
