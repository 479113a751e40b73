/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument -- a case that a test breaks in every way has no type */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCase } from '../../../src/config/case/read-case.js';
import { judgeMonth } from '../../../src/core/statement/judge.js';
import { monthDetails } from '../../../src/core/statement/result.js';
import { explainMonth } from '../../../src/render/explain.js';
import { root } from '../../support/source-files.js';
import { files, sampleCase, type Json } from './support.js';

/** A result that is whole, or lines that say what is wrong; nothing in between, and nothing thrown. */
function check(text: string): boolean {
  const result = readCase(text, files, root);
  if (!result.ok) {
    expect(result.faults.length).toBeGreaterThan(0);
    for (const { path, message } of result.faults) {
      expect(`${path} ${message}`).toMatch(/^\$[^\n]* [^\n]+$/);
      expect(message).not.toMatch(/undefined|\[object|NaN|at .*:\d+:\d+\)/);
    }
    return false;
  }
  const judgement = judgeMonth(result.case);
  const printed = JSON.stringify(monthDetails(judgement), (_key, value: unknown) => {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new Error(`printed ${value}`);
    if (value === undefined) throw new Error('printed undefined');
    return value;
  });
  expect(printed + explainMonth(judgement)).not.toMatch(/NaN|Infinity|undefined|\[object/);
  return true;
}

const nasty = fc.oneof(
  fc.constantFrom<Json>(
    ...[null, true, '', ' ', 0, -0, -1, 0.5, 1e21, Number.MAX_SAFE_INTEGER, 2 ** 53, '-0', '-1', '1e3'],
    ...[
      '2026-02-30',
      '2026-02-30T00:00:00Z',
      '2016-12-31T23:59:60Z',
      '2026-10-12T03:00:00',
      '2026-10-12T03:00:00+23:59',
    ],
    ...[
      '9999-12-31T23:59:59.999-23:59',
      '1970-01-01T00:00:00Z',
      '1970-01-01',
      '9998-12',
      '1970-01',
      '0000-00',
    ],
    ...[
      'HKG>SIN',
      'l1',
      'svc-1',
      'all',
      'premium',
      'JPY',
      'CLF',
      '__proto__',
      'constructor',
      'toString',
      '\u0000',
      '\ud800',
      '😀',
    ],
    ...[
      [],
      {},
      [[]],
      [null],
      [{}],
      { file: 'x' },
      { file: 5 },
      { __proto__: null },
      '9'.repeat(400),
      'x'.repeat(300),
    ],
  ),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
);

/** Places in a document: at each step one of its keys, by chance. */
const place = fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 6 });
const kindOfChange = fc.constantFrom('replace', 'delete', 'add', 'double');
const change = fc.tuple(
  place,
  kindOfChange,
  nasty,
  fc.constantFrom('x', 'file', 'id', 'rttUs', 'status', 'customer', 'noticeAt'),
);

function applyChange(document: Json, [steps, kind, value, key]: [number[], string, Json, string]): void {
  let at = document;
  for (const [depth, step] of steps.entries()) {
    const keys = Object.keys(at);
    const chosen = keys[step % Math.max(keys.length, 1)];
    if (chosen === undefined) return;
    const below = at[chosen];
    if (depth < steps.length - 1 && typeof below === 'object' && below !== null) {
      at = below;
      continue;
    }
    if (kind === 'delete') Reflect.deleteProperty(at, chosen);
    else if (kind === 'add' && !Array.isArray(at)) at[key] = structuredClone(value);
    else if (kind === 'double' && Array.isArray(at)) at.push(structuredClone(below));
    // A copy: constants are shared by all runs, and a later change would reach into them.
    else at[chosen] = structuredClone(value);
    return;
  }
}

test('a case with anything in any place is judged whole or refused in lines', { timeout: 120_000 }, () => {
  let good = 0;
  let bad = 0;
  fc.assert(
    fc.property(fc.array(change, { minLength: 0, maxLength: 3 }), (changes) => {
      const document = sampleCase();
      for (const each of changes) applyChange(document, each);
      if (check(JSON.stringify(document))) good += 1;
      else bad += 1;
    }),
    { numRuns: 800 },
  );
  expect(good).toBeGreaterThan(10);
  expect(bad).toBeGreaterThan(100);
});

test('a text that is cut, or has a byte changed, is judged whole or refused in lines', () => {
  const text = JSON.stringify(sampleCase());
  fc.assert(
    fc.property(
      fc.nat({ max: text.length - 1 }),
      fc.nat({ max: text.length }),
      fc.string({ maxLength: 2 }),
      (at, cut, put) => {
        check(text.slice(0, at) + put + text.slice(at + 1, at + cut));
        check(text.slice(0, at) + put + text.slice(at + 1));
      },
    ),
    { numRuns: 300 },
  );
});

test('any text at all is refused in lines', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' })), (text) => {
      expect(check(text)).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test('a case of faults is refused with the first thousand of them', () => {
  const document = sampleCase();
  document.outages = Array.from({ length: 5000 }, () => ({ line: 'none', from: 'x', to: 5 }));
  const result = readCase(JSON.stringify(document), files, root);
  const faults = result.ok ? [] : result.faults;
  expect(faults).toHaveLength(1001);
  expect(faults.at(-1)).toEqual({ path: '$', message: 'has 14000 more faults, not listed' });
});
