import { describe, expect, test } from 'vitest';
import { groupOutages, wholeOf } from '../../../src/render/report/compose/outages.js';
import { outage } from './documents.js';

const at = (minute: number): string => `2026-10-12T03:${String(minute).padStart(2, '0')}:00+08:00`;
const seen = (observer: string, from: number, to: number | null, more: object = {}) =>
  outage({
    ref: `HKG@${observer}/${from}`,
    observer,
    from: at(from),
    to: to === null ? null : at(to),
    ...more,
  });

const groups = (...outages: readonly ReturnType<typeof seen>[]) =>
  groupOutages(outages).map((group) => group.map(({ ref }) => ref).join(' '));

describe('what several observers saw', () => {
  test('is one failure where it overlaps', () => {
    expect(groups(seen('FRA', 2, 9), seen('SIN', 1, 8), seen('LAX', 8, 12), seen('SIN', 12, 13))).toEqual([
      'HKG@SIN/1 HKG@FRA/2 HKG@LAX/8',
      'HKG@SIN/12',
    ]);
  });

  test('is not where its standing differs, or somebody said something of it', () => {
    const said = {
      id: 'C1',
      does: 'correct',
      by: 'p',
      at: at(30),
      reason: 'r',
      from: at(1),
      to: at(8),
    } as const;
    expect(
      groups(
        seen('SIN', 1, 8),
        seen('FRA', 1, 8, { state: 'voided' }),
        seen('LAX', 1, 8, { excusedBy: ['X1'] }),
        seen('TYO', 1, 8, { port: 'PAR' }),
        seen('AMS', 1, 8, { origin: 'corrected', corrections: [said] }),
      ),
    ).toHaveLength(5);
  });

  test('goes from the first to the last, and lasts while one still sees it', () => {
    const [group] = groupOutages([seen('SIN', 1, 8), seen('FRA', 2, 7)]);
    expect(group && wholeOf(group)).toEqual({ from: at(1), to: at(8) });
    const [lasting] = groupOutages([seen('SIN', 1, 8), seen('FRA', 2, null), seen('LAX', 20, 21)]);
    expect(lasting && wholeOf(lasting)).toEqual({ from: at(1), to: null });
    expect(lasting).toHaveLength(3);
  });
});
