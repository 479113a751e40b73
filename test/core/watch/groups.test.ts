import { expect, test } from 'vitest';
import { groupOutages } from '../../../src/core/watch/groups.js';

type Row = readonly [port: string, from: number, to: number | null, isVoid?: boolean];

const groups = (...rows: Row[]) =>
  groupOutages(rows, {
    timeOf: ([port, from, to]) => ({ port, from, to }),
    isVoid: ([, , , isVoid = false]) => isVoid,
  }).map(({ port, from, to, isVoid, rows: of }) => [port, from, to, isVoid, of.length]);

test('what overlaps on one port is one outage, from the first to the last', () => {
  expect(groups(['SIN', 2, 6], ['SIN', 1, 5], ['SIN', 9, 10], ['FRA', 1, 3])).toEqual([
    ['FRA', 1, 3, false, 1],
    ['SIN', 1, 6, false, 2],
    ['SIN', 9, 10, false, 1],
  ]);
});

test('lasts as long as one observer sees it', () => {
  expect(groups(['SIN', 1, 5], ['SIN', 2, null], ['SIN', 8, 9])).toEqual([['SIN', 1, null, false, 3]]);
});

test('one that does not count joins a group and changes nothing of it, or stands by itself', () => {
  expect(groups(['SIN', 1, 3], ['SIN', 2, 20, true], ['SIN', 10, 12], ['FRA', 4, 5, true])).toEqual([
    ['SIN', 1, 3, false, 2],
    ['FRA', 4, 5, true, 1],
    ['SIN', 10, 12, false, 1],
  ]);
});
