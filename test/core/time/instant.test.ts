import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatInstant, parseInstant } from '../../../src/core/time/calendar.js';

const at = (text: string) => {
  const result = parseInstant(text);
  return 'at' in result ? result.at : result.fault.split(':')[0];
};

describe('a time', () => {
  test.each([
    ['2026-10-12T03:00:00Z', '2026-10-12T03:00:00.000Z'],
    ['2026-10-12T03:00:00+08:00', '2026-10-11T19:00:00.000Z'],
    ['2026-10-12T03:00:00-09:30', '2026-10-12T12:30:00.000Z'],
    ['2026-10-12T03:00:00.5Z', '2026-10-12T03:00:00.500Z'],
    ['2026-10-12T03:00:00.001+05:45', '2026-10-11T21:15:00.001Z'],
    ['2026-10-12T03:00Z', '2026-10-12T03:00:00.000Z'],
    ['2026-10-12T03:00:00-00:00', '2026-10-12T03:00:00.000Z'],
  ])('%s', (text, iso) => {
    expect(at(text)).toBe(Date.parse(iso));
  });

  test.each([
    ['2026-10-12T03:00:00', 'has no offset'],
    ['2026-10-12T03:00:00.0000Z', 'is finer than a millisecond'],
    ['2026-02-30T03:00:00Z', 'names a day that is not in the calendar'],
    [
      '2026-10-12T24:00:00Z',
      'names an hour, minute or second that is not on the clock (leap seconds are not)',
    ],
    [
      '2026-10-12T23:60:00Z',
      'names an hour, minute or second that is not on the clock (leap seconds are not)',
    ],
    [
      '2026-12-31T23:59:60Z',
      'names an hour, minute or second that is not on the clock (leap seconds are not)',
    ],
    [
      '2026-10-12 03:00:00Z',
      'must be a time with its offset, to the millisecond at the finest, as "2026-10-12T03',
    ],
    [
      '2026-10-12T03:00:00+0800',
      'must be a time with its offset, to the millisecond at the finest, as "2026-10-12T03',
    ],
    [
      '2026-10-12T03:00:00+24:00',
      'must be a time with its offset, to the millisecond at the finest, as "2026-10-12T03',
    ],
    [
      '2026-10-12T03:00:00,5Z',
      'must be a time with its offset, to the millisecond at the finest, as "2026-10-12T03',
    ],
    ['2026-10-12', 'must be a time with its offset, to the millisecond at the finest, as "2026-10-12T03'],
    ['', 'must be a time with its offset, to the millisecond at the finest, as "2026-10-12T03'],
  ])('%j is refused', (text, fault) => {
    expect(at(text)).toBe(fault);
  });

  test('that is printed is read back, in any zone', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Asia/Hong_Kong',
      'Europe/Berlin',
      'Asia/Kathmandu',
      'America/St_Johns',
    );
    const instant = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2100, 0) });
    fc.assert(
      fc.property(instant, zones, (ms, zone) => {
        expect(at(formatInstant(ms, zone))).toBe(ms);
      }),
    );
  });
});
