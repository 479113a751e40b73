/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-member-access -- a case that a test breaks in every way has no type */
import { expect, test } from 'vitest';
import { resultOf, sampleCase } from '../../config/case/support.js';

/** The paths of the result, for the terms of `svc-1` given as start, end and paths. */
function listedPaths(
  terms: readonly [start: string, end: string | null, paths: readonly string[]][],
): string[] {
  const base = sampleCase();
  const services = terms.map(([start, end, paths]) => ({ ...base.services[0], start, end, paths }));
  return resultOf({ ...base, services, commitments: [], rounds: [] }).paths.map(({ path }) => path);
}

test('paths stand in the order in which the entries of services name them, not in the order of the days', () => {
  expect(
    listedPaths([
      ['2026-10-21', null, ['FRA>LAX']],
      ['2026-10-01', '2026-10-11', ['HKG>SIN', 'FRA>LAX']],
      ['2026-10-11', '2026-10-21', ['SIN>HKG']],
    ]),
  ).toEqual(['FRA>LAX', 'HKG>SIN', 'SIN>HKG']);
});

test('a path that only a term without a day in the month names is listed too', () => {
  expect(
    listedPaths([
      ['2026-11-01', null, ['SIN>HKG']],
      ['2026-10-01', '2026-11-01', ['HKG>SIN']],
    ]),
  ).toEqual(['SIN>HKG', 'HKG>SIN']);
});
