import { describe, expect, test } from 'vitest';
import { english as all } from '../../src/i18n/en.js';
import { type ReportWords, reportWords, wordFor } from '../../src/i18n/report.js';

const english = all.report;

/** `outageState.counted: text`, `page: function of 2`. */
function keysOf(words: object, prefix = ''): string[] {
  return Object.entries(words).flatMap(([key, value]: [string, unknown]) => {
    const name = `${prefix}${key}`;
    if (typeof value === 'function') return [`${name}: function of ${value.length}`];
    if (typeof value === 'object' && value !== null) return keysOf(value, `${name}.`);
    return [`${name}: ${typeof value}`];
  });
}

/** All that the words say, with something in their places. The reasons of a change take objects: `changeTexts`. */
function textsOf(words: object): string[] {
  return Object.entries(words).flatMap(([key, value]: [string, unknown]) => {
    if (key === 'changeReason') return changeTexts(words as Pick<ReportWords, 'changeReason'>);
    if (typeof value === 'function') {
      return [(value as (...values: string[]) => string)('1', '2', '3', '4', '5')];
    }
    return typeof value === 'object' && value !== null ? textsOf(value) : [String(value)];
  });
}

const changeTexts = ({ changeReason }: Pick<ReportWords, 'changeReason'>): string[] => [
  changeReason['exclusion-approved']({
    code: 'exclusion-approved',
    id: 'X1',
    kind: 'planned-maintenance',
    by: '2',
    at: '3',
  }),
  changeReason['path-commitment']({ code: 'path-commitment', path: 'A>B', nowUs: null, beforeUs: '4' }),
  changeReason['outage-state']({
    code: 'outage-state',
    ref: 'C1',
    from: '1',
    now: 'excused',
    before: 'counted',
  }),
  changeReason['outage-corrected']({
    code: 'outage-corrected',
    ref: 'C1',
    from: '1',
    id: 'C2',
    does: 'void',
    by: '2',
    at: '3',
    reason: '4',
  }),
  changeReason['zone-data']({ code: 'zone-data', now: '1', before: null }),
];

describe('the words of a report', () => {
  test.each(['zh-CN', 'zh-TW'] as const)('%s has the same keys as English', (language) => {
    expect(keysOf(reportWords[language])).toEqual(keysOf(english));
  });

  test.each(['zh-CN', 'zh-TW'] as const)('%s leaves nothing in English', (language) => {
    const untranslated = textsOf(reportWords[language]).filter((text) => /[A-Za-z]{4,}/.test(text));
    // Names of things that are the same everywhere.
    expect(untranslated.filter((text) => !/SHA-256|Ed25519/.test(text))).toEqual([]);
  });

  test('Traditional Chinese has its own terms, and no Simplified character', () => {
    const all = textsOf(reportWords['zh-TW']).join('');
    for (const term of ['電路', '可用率', '賠付', '服務', '封包遺失率', '金鑰', '簽章', '網路品質']) {
      expect(all).toContain(term);
    }
    expect(all).not.toMatch(
      /[业务线时应记录达态户报测断复开间个为与数据]|數據|網絡|線路|丟包|賠償|站點|簽名/,
    );
  });

  test('Simplified Chinese has the terms of the annex', () => {
    const all = textsOf(reportWords['zh-CN']).join('');
    for (const term of ['服务可用率', '赔付', '时延', '丢包率', '定期（计划）维护', '性能严重劣化']) {
      expect(all).toContain(term);
    }
    expect(all).not.toMatch(/[業務線時應記錄達態戶報測斷複開間個為與數據]/);
  });

  test("another plan's own ids stand as they are", () => {
    expect(wordFor(english.bandName, 'severe')).toBe('severely degraded');
    expect(wordFor(english.bandName, 'amber')).toBe('amber');
    expect(wordFor(english.bandName, 'toString')).toBe('toString');
  });
});
