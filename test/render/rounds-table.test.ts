import { describe, expect, test } from 'vitest';
import type { SlotSummary } from '../../src/core/measurement/figures.js';
import { roundsTable } from '../../src/render/rounds.js';
import { counts, slot, summary } from '../support/rounds.js';

const halfHour = 1_800_000;
const nothing = { received: 0, rttSumUs: 0, rttMinUs: null, rttMaxUs: null };

/** One of each thing that a table has to show. */
const rounds: readonly SlotSummary[] = [
  summary({ path: 'HKG>SIN' }),
  summary({
    path: 'HKG>SIN',
    slot: slot + halfHour,
    sizes: [
      counts(64, { received: 98, late: 1, errors: 1, duplicates: 2 }),
      counts(128, { ...nothing, mismatched: 3 }),
      counts(512, { ...nothing, sent: 0, notSent: 100 }),
    ],
  }),
  { path: 'HKG>SIN', slot: slot + 2 * halfHour, status: 'missing', reason: 'stopped' },
  summary({
    path: 'HKG>SIN',
    slot: slot + 3 * halfHour,
    status: 'failed',
    reason: 'the name sin.example does not\nresolve',
    address: null,
    sizes: [],
  }),
  summary({ path: 'HKG>TYO', slot: slot + 4 * halfHour + 12_000, status: 'unscheduled' }),
];

describe('the table of rounds', () => {
  test.each([120, 100, 80])('fits %i columns', async (width) => {
    const table = roundsTable(rounds, { width, color: false });
    expect(table.split('\n').filter((line) => line.length > width)).toEqual([]);
    await expect(table).toMatchFileSnapshot(`../golden/rounds-table-${width}.txt`);
  });

  test('has colours only where they are asked for', async () => {
    const table = roundsTable(rounds, { width: 120, color: true });
    await expect(table).toMatchFileSnapshot('../golden/rounds-table-color.txt');
    // eslint-disable-next-line no-control-regex
    expect(table.replace(/\x1b\[\d+m/g, '')).toBe(roundsTable(rounds, { width: 120, color: false }));
  });

  test('says so when there are none', () => {
    expect(roundsTable([], { width: 80, color: false })).toBe('no rounds\n');
  });

  test('lets no reason steer the terminal', () => {
    const evil = summary({ status: 'failed', reason: 'a\u001b[2Jb\u009bc\u0007d\r\ne', sizes: [] });
    expect(roundsTable([evil], { width: 100, color: false })).toContain(
      String.raw`failed: a\u001b[2Jb\u009bc\u0007d e`,
    );
  });
});
