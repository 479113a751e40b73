import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseConfig } from '../../src/config/parse.js';
import { formatProblem } from '../../src/config/problem.js';
import { root } from '../support/source-files.js';

const shipped = readFileSync(join(root, 'config/reference.yaml'), 'utf8');

/** A result is a config, or problems that each have a place in the text and fit on a line. */
function expectResult(text: string): void {
  const result = parseConfig(text, 'c.yaml', '/srv');
  if (result.ok) return;
  expect(result.problems.length).toBeGreaterThan(0);
  const lines = text.split(/\r\n|\n|\r/).length;
  for (const problem of result.problems) {
    expect(problem.line).toBeGreaterThanOrEqual(1);
    expect(problem.line).toBeLessThanOrEqual(lines);
    expect(problem.column).toBeGreaterThanOrEqual(1);
    expect(formatProblem(problem)).not.toMatch(/[\p{Cc}\u2028\u2029]|undefined|\[object/u);
  }
}

const fragment = fc.constantFrom(
  ...[
    'agent',
    'pops',
    'id',
    'paths',
    'include',
    'measurement',
    'every',
    'driver',
    'store',
    'http',
    '__proto__',
  ],
  ...['HKG', 'HKG>SIN', '30m', '127.0.0.1', '2026-10-01', '1e999', '.nan', '~', 'true', '0x1f'],
  ...[
    ': ',
    ':',
    '\n',
    '\n  ',
    '\n- ',
    '- ',
    ', ',
    '{',
    '}',
    '[',
    ']',
    "'",
    '"',
    '&a ',
    '*a',
    '!!map ',
    '|',
    '>',
    '#',
    '? ',
  ],
  ...['---\n', '...\n', '%YAML 1.1\n', '<<: ', '\t', '\r', '\0', '\u2028', '\uFEFF', '😀'],
);

describe('no text makes the parser throw', () => {
  test('arbitrary characters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), expectResult), { numRuns: 500 });
  });

  test('fragments of YAML', () => {
    const text = fc.array(fragment, { maxLength: 60 }).map((parts) => parts.join(''));
    fc.assert(fc.property(text, expectResult), { numRuns: 1000 });
  });

  test('the reference with a piece cut out or put in', () => {
    const cut = fc.tuple(fc.nat(shipped.length), fc.nat(60), fragment);
    fc.assert(
      fc.property(cut, ([at, length, put]) => {
        expectResult(shipped.slice(0, at) + put + shipped.slice(at + length));
      }),
      { numRuns: 150 },
    );
  });

  test('the reference with any value anywhere', () => {
    const data: unknown = parse(shipped);
    const places = placesIn(data);
    const value = fc.oneof(
      fc.jsonValue(),
      fc.string(),
      fc.double(),
      fc.constantFrom(0, -1, '0s', '', null, [], {}),
    );
    fc.assert(
      fc.property(fc.constantFrom(...places), value, (place, put) => {
        expectResult(stringify(replaced(data, place, put)));
      }),
      { numRuns: 200 },
    );
  });
});

type Place = readonly (string | number)[];

function placesIn(data: unknown, at: Place = []): Place[] {
  if (typeof data !== 'object' || data === null) return [at];
  const keys = Array.isArray(data) ? [...data.keys()] : Object.keys(data);
  return [
    at,
    ...keys.flatMap((key) => placesIn((data as Record<string | number, unknown>)[key], [...at, key])),
  ];
}

function replaced(data: unknown, [step, ...rest]: Place, put: unknown): unknown {
  if (step === undefined) return put;
  const copy = structuredClone(data) as Record<string | number, unknown>;
  copy[step] = replaced(copy[step], rest, put);
  return copy;
}
