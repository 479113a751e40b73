import { describe, expect, test } from 'vitest';
import {
  formatInstant,
  isLocalDate,
  isMonthName,
  isTimeZone,
  monthAfter,
  servicePeriod,
  zonedMonth,
} from '../../../src/core/time/calendar.js';

const hour = 3_600_000;

describe('a month', () => {
  test.each([
    ['2026-10', 'Asia/Hong_Kong', 31 * 24, '2026-10-01T00:00:00+08:00', '2026-11-01T00:00:00+08:00'],
    ['2028-02', 'Asia/Hong_Kong', 29 * 24, '2028-02-01T00:00:00+08:00', '2028-03-01T00:00:00+08:00'],
    ['2026-03', 'Europe/Berlin', 31 * 24 - 1, '2026-03-01T00:00:00+01:00', '2026-04-01T00:00:00+02:00'],
    ['2026-10', 'Europe/Berlin', 31 * 24 + 1, '2026-10-01T00:00:00+02:00', '2026-11-01T00:00:00+01:00'],
    [
      '2026-04',
      'Australia/Lord_Howe',
      30 * 24 + 0.5,
      '2026-04-01T00:00:00+11:00',
      '2026-05-01T00:00:00+10:30',
    ],
    ['2026-10', 'Asia/Kathmandu', 31 * 24, '2026-10-01T00:00:00+05:45', '2026-11-01T00:00:00+05:45'],
    // Samoa left out a whole day.
    ['2011-12', 'Pacific/Apia', 30 * 24, '2011-12-01T00:00:00-10:00', '2012-01-01T00:00:00+14:00'],
    ['2026-12', 'UTC', 31 * 24, '2026-12-01T00:00:00+00:00', '2027-01-01T00:00:00+00:00'],
  ])('%s in %s has %d hours', (name, zone, hours, from, to) => {
    const month = zonedMonth(name, zone);
    expect((month.to - month.from) / hour).toBe(hours);
    expect([formatInstant(month.from, zone), formatInstant(month.to, zone)]).toEqual([from, to]);
  });

  test('begins after a midnight that the clocks skip', () => {
    const zone = 'Africa/Cairo';
    const month = zonedMonth('2023-04', zone);
    const period = servicePeriod(month, '2023-04-28', '2023-04-29');
    expect(period && formatInstant(period.from, zone)).toBe('2023-04-28T01:00:00+03:00');
    expect(period && (period.to - period.from) / hour).toBe(23);
  });

  test.each(['2026-00', '2026-13', '2026-1', '26-01', '2026-10-01', '1969-12', '9999-01', ''])(
    'is not %j',
    (name) => {
      expect(isMonthName(name)).toBe(false);
    },
  );

  test('has neighbours', () => {
    expect([monthAfter('2026-12', 1), monthAfter('2026-10', -11), monthAfter('2026-01', -1)]).toEqual([
      '2027-01',
      '2025-11',
      '2025-12',
    ]);
  });
});

describe("a service's part of a month", () => {
  const month = zonedMonth('2026-10', 'Asia/Hong_Kong');
  test.each([
    ['2026-01-01', null, '2026-10-01', '2026-11-01', 31],
    ['2026-10-11', null, '2026-10-11', '2026-11-01', 21],
    ['2026-01-01', '2026-10-02', '2026-10-01', '2026-10-02', 1],
    ['2026-10-31', '2027-01-01', '2026-10-31', '2026-11-01', 1],
    ['2026-10-05', '2026-10-09', '2026-10-05', '2026-10-09', 4],
    ['2026-10-01', '2026-11-01', '2026-10-01', '2026-11-01', 31],
  ])('%s to %s', (start, end, firstDay, endDay, days) => {
    expect(servicePeriod(month, start, end)).toMatchObject({ firstDay, endDay, days });
  });

  test.each([
    ['2026-11-01', null],
    ['2026-01-01', '2026-10-01'],
    ['2026-10-05', '2026-10-05'],
  ])('%s to %s has no day', (start, end) => {
    expect(servicePeriod(month, start, end)).toBeNull();
  });
});

test('days of the calendar', () => {
  const good = ['2026-02-28', '2028-02-29', '2000-02-29', '2026-12-31', '1970-01-01'];
  const bad = [
    '2026-02-29',
    '2100-02-29',
    '2026-04-31',
    '2026-00-01',
    '2026-01-00',
    '2026-1-1',
    '1969-12-31',
    '20260101',
    ' 2026-01-01',
  ];
  expect(good.filter((day) => !isLocalDate(day))).toEqual([]);
  expect(bad.filter(isLocalDate)).toEqual([]);
});

test('zones are named', () => {
  expect(['Asia/Hong_Kong', 'UTC', 'Europe/Berlin'].every(isTimeZone)).toBe(true);
  expect(['+08:00', 'Mars/Olympus', '', 'asia/'].some(isTimeZone)).toBe(false);
});
