import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCase } from '../../../src/config/case/read-case.js';
import { planFiles } from '../../../src/config/plan/parse.js';
import { judgeMonth } from '../../../src/core/statement/judge.js';
import { monthResult } from '../../../src/core/statement/result.js';
import { root } from '../../support/source-files.js';

/**
 * Cases drawn at random around every edge: steps and lower bounds hit exactly and one millisecond either side, excesses
 * at the ends of the bands, terms in any order with pauses and shared lines, short rounds, caps that bind by a rounding,
 * zones with and without a change of clocks, plans in several versions. Their results were computed by a second
 * implementation with exact fractions, written from the rules and not from this code: a difference is never settled by
 * writing what this code says into the file.
 */
const folder = join(import.meta.dirname, 'random');
const names = readdirSync(folder).flatMap((name) => /^(.+)\.expected\.json$/.exec(name)?.[1] ?? []);
const files = planFiles(root);

test('there are cases', () => {
  expect(names.length).toBeGreaterThanOrEqual(55);
});

test.each(names)('%s', (name) => {
  const read = readCase(readFileSync(join(folder, `${name}.json`), 'utf8'), files, folder);
  expect(read).toMatchObject({ ok: true });
  if (!read.ok) return;
  const printed: unknown = JSON.parse(JSON.stringify(monthResult(judgeMonth(read.case))));
  expect(printed).toEqual(JSON.parse(readFileSync(join(folder, `${name}.expected.json`), 'utf8')));
});
