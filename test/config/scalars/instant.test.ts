import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatInstant, parseDateOrInstant } from '../../../src/config/scalars.js';

test.each([
  ['2026-10-01', '2026-10-01T00:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['2026-10-01T08:00:00+08:00', '2026-10-01T00:00:00.000Z'],
  ['2026-10-01T08:00+08:00', '2026-10-01T00:00:00.000Z'],
  ['2026-10-01T15:00:00+15:00', '2026-10-01T00:00:00.000Z'],
  ['2026-10-01t00:00:00z', '2026-10-01T00:00:00.000Z'],
  ['2026-10-01 00:00:00Z', '2026-10-01T00:00:00.000Z'],
  ['2026-09-30T20:30:00.25-03:30', '2026-10-01T00:00:00.250Z'],
])('%s is %s', (text, iso) => {
  expect(parseDateOrInstant(text)).toBe(Date.parse(iso));
});

test.each([
  ['2026-10-01T08:00:00', 'has a time of day and no offset from UTC'],
  ['2026-13-01', 'is no day of the calendar'],
  ['2026-02-29', 'is no day of the calendar'],
  ['2026-10-01T23:60Z', 'is no time of day'],
  ['2026-10-01T00:00:00+24:00', 'has no real offset from UTC'],
  ['2026-10-01T00:00:00.0001Z', 'is finer than a millisecond'],
  ['2026-10-01Z', 'is not a date or an instant'],
  ['01.10.2026', 'is not a date or an instant'],
  ['', 'is not a date or an instant'],
])('%j %s', (text, what) => {
  expect(parseDateOrInstant(text)).toEqual({ wrong: what });
});

test('what is written is read as the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (at) => {
      expect(parseDateOrInstant(formatInstant(at))).toBe(at);
    }),
  );
});
