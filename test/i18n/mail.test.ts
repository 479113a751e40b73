import { reportLanguages } from '../../src/i18n/languages.js';
import { describe, expect, test } from 'vitest';
import { notifyLanguage, type NotifyWord, notifyWords, say } from '../../src/i18n/mail.js';

const placesOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([place]) => place).sort();

describe('the words of messages', () => {
  test.each(reportLanguages)('of %s have every key, with the same places, and no empty text', (language) => {
    const keys = Object.keys(notifyWords.en) as NotifyWord[];
    expect(Object.keys(notifyWords[language]).sort()).toEqual([...keys].sort());
    for (const key of keys) {
      expect([key, placesOf(notifyWords[language][key])]).toEqual([key, placesOf(notifyWords.en[key])]);
      expect(notifyWords[language][key].trim()).not.toBe('');
    }
  });

  test('of the two kinds of Chinese are not mixed up', () => {
    expect(Object.values(notifyWords['zh-CN']).join('')).not.toMatch(/[狀態屬報時證據與務嚴處轉]/);
    expect(Object.values(notifyWords['zh-TW']).join('')).not.toMatch(/[状态报时证据与务严处转业]/);
  });

  test('are found by the nearest language', () => {
    const found = ['en', 'zh-TW', 'zh-Hant', 'zh-HK', 'zh', 'zh-CN', 'zh-Hans-SG', 'de', ''].map(
      notifyLanguage,
    );
    expect(found).toEqual(['en', 'zh-TW', 'zh-TW', 'zh-TW', 'zh-CN', 'zh-CN', 'zh-CN', 'en', 'en']);
  });

  test('take values as they are, and only in their places', () => {
    expect(say('en', 'subject.report-filed', { id: 'F1', subject: '{id} $& x' })).toBe(
      '[F1] Fault report filed: {id} $& x',
    );
  });
});
