import { describe, expect, test } from 'vitest';
import { localeOf } from '../../../src/i18n/locale.js';

const [en, cn, tw] = [localeOf('en'), localeOf('zh-CN'), localeOf('zh-TW')];
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('amounts', () => {
  test('keep every digit', () => {
    const amount = '90071992547409931234.57';
    for (const locale of [en, cn, tw]) {
      expect(plain(locale.amount(amount, 'HKD'))).toBe('HKD 90,071,992,547,409,931,234.57');
    }
  });

  test('have the places of their currency as the amount is written', () => {
    expect(plain(en.amount('150000', 'JPY'))).toBe('JPY 150,000');
    expect(plain(en.amount('1.500', 'KWD'))).toBe('KWD 1.500');
    expect(plain(tw.amount('1200.50', 'TWD'))).toBe('TWD 1,200.50');
    expect(plain(en.amount('-516.13', 'HKD'))).toBe('-HKD 516.13');
  });
});

describe('dates', () => {
  const instant = '2026-10-12T03:30:00.250+08:00';

  test('as each language writes them', () => {
    expect(en.instant(instant)).toBe('12 October 2026 03:30:00.250 (UTC+08:00)');
    expect(cn.instant(instant)).toBe('2026年10月12日 03:30:00.250 (UTC+08:00)');
    expect(tw.instant('2026-10-12T03:30:00Z')).toBe('2026年10月12日 03:30 (UTC)');
    expect([en.month('2026-10'), cn.month('2026-10')]).toEqual(['October 2026', '2026年10月']);
    expect(plain(en.short(instant))).toBe('12 Oct 03:30:00.250');
    expect(plain(tw.short(instant))).toBe('10月12日 03:30:00.250');
  });

  test('periods of whole days name their last day, not the first after it', () => {
    const october = { from: '2026-10-01T00:00:00+08:00', to: '2026-11-01T00:00:00+08:00' };
    expect([en.span(october), tw.span(october)]).toEqual(['1–31 October 2026', '2026年10月1日至31日']);
    expect(en.span({ from: '2026-10-16T00:00:00+08:00', to: '2026-10-17T00:00:00+08:00' })).toBe(
      '16 October 2026',
    );
    expect(cn.span({ from: '2026-12-31T00:00:00+08:00', to: '2027-01-02T00:00:00+08:00' })).toBe(
      '2026年12月31日 至 2027年1月1日',
    );
    expect(en.span({ from: '2026-09-30T00:00:00+01:00', to: '2026-10-02T00:00:00+01:00' })).toBe(
      '30 September – 1 October 2026',
    );
    expect(en.span({ from: '2026-10-16T01:00:00Z', to: '2026-10-16T02:00:00Z' })).toBe(
      '16 October 2026 01:00 (UTC) – 16 October 2026 02:00 (UTC)',
    );
  });

  test('what is no date is a defect, not a date of its own', () => {
    expect(() => en.instant('2026-10-12')).toThrow('2026-10-12 is no instant');
    expect(() => en.day('soon')).toThrow('soon is no date and no instant');
  });
});

test('durations', () => {
  const ms = [0, 250, 1500, 61_000, 3_600_000, 22_330_500, 2_678_400_000];
  expect(ms.map((each) => plain(en.duration(each)))).toEqual([
    ...['0 s', '0.25 s', '1.5 s', '1 min 1 s', '1 h', '6 h 12 min 10.5 s', '744 h'],
  ]);
  expect(tw.duration(22_330_500)).toBe('6小時 12分 10.5秒');
  expect(cn.duration(22_330_500)).toBe('6小时 12分 10.5秒');
});

test('what was not measured is no zero', () => {
  expect([en.ms(null), en.loss(null), en.ms(0), en.loss(0)]).toEqual(['–', '–', '0.000', '0.0000%']);
  expect([en.ms(35_428), en.loss(3333), en.loss(1_000_000)]).toEqual(['35.428', '0.3333%', '100.0000%']);
});
