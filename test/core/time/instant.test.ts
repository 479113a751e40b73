import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatInstant, parseInstant } from '../../../src/core/time/calendar.js';

const at = (text: string) => {
  const result = parseInstant(text);
  return 'at' in result ? result.at : result.wrong;
};

describe('a time', () => {
  test.each([
    ['2026-10-12T03:00:00Z', '2026-10-12T03:00:00.000Z'],
    ['2026-10-12T03:00:00+08:00', '2026-10-11T19:00:00.000Z'],
    ['2026-10-12T03:00:00-09:30', '2026-10-12T12:30:00.000Z'],
    ['2026-10-12T03:00:00.5Z', '2026-10-12T03:00:00.500Z'],
    ['2026-10-12T03:00:00.001+05:45', '2026-10-11T21:15:00.001Z'],
    ['2026-10-12T03:00Z', '2026-10-12T03:00:00.000Z'],
    ['2026-10-12T15:00:00+15:00', '2026-10-12T00:00:00.000Z'],
    ['2026-10-12T00:00:00-23:59', '2026-10-12T23:59:00.000Z'],
    ['2026-10-12T03:00:00-00:00', '2026-10-12T03:00:00.000Z'],
  ])('%s', (text, iso) => {
    expect(at(text)).toBe(Date.parse(iso));
  });

  test.each([
    ['2026-10-12T03:00:00', 'no-offset'],
    ['2026-10-12T03:00:00.0000Z', 'finer-than-ms'],
    ['2026-02-30T03:00:00Z', 'no-day'],
    ['2026-10-12T24:00:00Z', 'no-time-of-day'],
    ['2026-10-12T23:60:00Z', 'no-time-of-day'],
    ['2026-12-31T23:59:60Z', 'no-time-of-day'],
    ['2026-10-12 03:00:00Z', 'form'],
    ['2026-10-12T03:00:00+0800', 'form'],
    ['2026-10-12T03:00:00+24:00', 'offset-range'],
    ['2026-10-12T03:00:00+23:60', 'offset-range'],
    ['1969-12-31T23:59:59Z', 'before-1970'],
    ['2026-10-12t03:00:00z', 'form'],
    ['2026-10-12T03:00:00,5Z', 'form'],
    ['2026-10-12', 'form'],
    ['', 'form'],
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
