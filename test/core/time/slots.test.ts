import { describe, expect, test } from 'vitest';
import {
  alwaysDue,
  dueSlots,
  isDue,
  monthsBefore,
  notDueIn,
  slotAfter,
  slotAtOrBefore,
  slotsBetween,
} from '../../../src/core/time/slot.js';

const at = (text: string): number => Date.parse(text);
const halfHour = 1_800_000;

describe('slots', () => {
  test.each([
    ['2026-10-01T00:00:00.000Z', '2026-10-01T00:00:00.000Z', '2026-10-01T00:30:00.000Z'],
    ['2026-10-01T00:29:59.999Z', '2026-10-01T00:00:00.000Z', '2026-10-01T00:30:00.000Z'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31T23:30:00.000Z', '1970-01-01T00:00:00.000Z'],
  ])('around %s', (now, before, after) => {
    expect(slotAtOrBefore(at(now), halfHour)).toBe(at(before));
    expect(slotAfter(at(now), halfHour)).toBe(at(after));
  });

  test('are half-open: the first instant is in, the last is not', () => {
    const [from, to] = [at('2026-10-01T00:00:00Z'), at('2026-10-01T01:00:00Z')];
    expect(slotsBetween(from, to, halfHour)).toEqual([from, from + halfHour]);
    expect(slotsBetween(from + 1, to + 1, halfHour)).toEqual([from + halfHour, to]);
    expect(slotsBetween(to, from, halfHour)).toEqual([]);
  });
});

describe('due slots', () => {
  const span = { from: at('2026-10-01T00:30:00Z'), to: at('2026-10-01T01:30:00Z') };

  test('start at the path’s first instant and end before its last', () => {
    expect(dueSlots(0, at('2027-01-01T00:00:00Z'), halfHour, span)).toEqual([
      at('2026-10-01T00:30:00Z'),
      at('2026-10-01T01:00:00Z'),
    ]);
    expect(isDue(at('2026-10-01T00:30:00Z'), span)).toBe(true);
    expect(isDue(at('2026-10-01T01:30:00Z'), span)).toBe(false);
    expect(isDue(at('2026-10-01T00:00:00Z'), span)).toBe(false);
  });
});

describe('monthsBefore', () => {
  test.each([
    ['2026-10-31T12:00:00Z', 1, '2026-09-30T12:00:00Z'],
    ['2026-03-31T00:00:00Z', 13, '2025-02-28T00:00:00Z'],
    ['2028-02-29T00:00:00Z', 12, '2027-02-28T00:00:00Z'],
    ['2026-01-15T00:00:00Z', 37, '2022-12-15T00:00:00Z'],
  ])('%s less %d months', (now, months, before) => {
    expect(monthsBefore(at(now), months)).toBe(at(before));
  });
});

test('what of a month is not due lies outside of the dates', () => {
  const month = { from: 100, to: 200 };
  expect(notDueIn(month, alwaysDue)).toEqual([]);
  expect(notDueIn(month, { from: 120, to: 180 })).toEqual([
    { from: 100, to: 120 },
    { from: 180, to: 200 },
  ]);
  expect(notDueIn(month, { from: 50, to: 100 })).toEqual([month]);
  expect(notDueIn(month, { from: 200, to: null })).toEqual([month]);
  expect(notDueIn(month, { from: 300, to: 400 })).toEqual([month]);
});
