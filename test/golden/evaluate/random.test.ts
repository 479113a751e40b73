import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCase } from '../../../src/config/case/read-case.js';
import { planFiles } from '../../../src/config/plan/files.js';
import { judgeMonth } from '../../../src/core/statement/judge.js';
import { monthResult } from '../../../src/core/statement/result.js';
import { root } from '../../support/source-files.js';

/**
 * Cases drawn at random around every edge: steps hit exactly and one millisecond either side, excesses at the ends of
 * the bands, zones with and without a change of clocks, plans in several versions. Their results were computed by a
 * second implementation with exact fractions, written from the rules and not from this code: a difference is never
 * settled by writing what this code says into the file. That implementation knew of no lower bound: what it called met
 * may be not shown.
 */
const folder = join(import.meta.dirname, 'random');
const names = readdirSync(folder).flatMap((name) => /^(.+)\.expected\.json$/.exec(name)?.[1] ?? []);
const files = planFiles(root);

test('there are cases', () => {
  expect(names.length).toBeGreaterThanOrEqual(20);
});

test.each(names)('%s', (name) => {
  const read = readCase(readFileSync(join(folder, `${name}.json`), 'utf8'), files, folder);
  expect(read).toMatchObject({ ok: true });
  if (!read.ok) return;
  const printed = JSON.parse(JSON.stringify(monthResult(judgeMonth(read.case)))) as Printed;
  const expected = JSON.parse(readFileSync(join(folder, `${name}.expected.json`), 'utf8')) as Printed;
  const services = printed.services.map(({ availabilityLowerBoundPercent: bound, ...service }, index) => {
    expect(Number(bound)).toBeLessThanOrEqual(Number(service.availabilityPercent));
    return service.met === null ? { ...service, met: expected.services[index]?.met === true } : service;
  });
  expect({ ...printed, services }).toEqual(expected);
});

interface Printed {
  readonly services: readonly {
    readonly availabilityPercent: string;
    readonly availabilityLowerBoundPercent?: string;
    readonly met: boolean | null;
  }[];
}
