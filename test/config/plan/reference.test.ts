import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { planJsonSchema } from '../../../src/config/plan/json-schema.js';
import { parsePlan } from '../../../src/config/plan/parse.js';
import { formatProblems } from '../../../src/config/problem.js';
import { testPlan } from '../../../src/render/plan/tested.js';
import { root } from '../../support/source-files.js';
import { planOf, planText, readme, shippedIds, snippets } from './support.js';

interface Schema {
  readonly description?: string;
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** Every property of the schema with the keys on the way to it. */
function properties(
  schema: Schema,
  at: readonly string[] = [],
): { path: string; key: string; schema: Schema }[] {
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => [
      { path: [...at, key].join('.'), key, schema: inner },
      ...properties(inner, [...at, key]),
    ]),
    ...(schema.items ? properties(schema.items, at) : []),
    ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((inner) => properties(inner, at)),
  ];
}

describe('the JSON Schema of a plan', () => {
  const schema = planJsonSchema() as Schema;

  test('is shipped as it is', () => {
    const shipped = readFileSync(join(root, 'config/plans/plan.schema.json'), 'utf8');
    expect(JSON.parse(shipped)).toEqual(JSON.parse(JSON.stringify(schema)));
  });

  test('describes every field', () => {
    const bare = properties(schema).filter(
      ({ key, schema: { description } }) => !description && !/^m(in|ax)$/.test(key),
    );
    expect(bare.map(({ path }) => path)).toEqual([]);
  });

  test.each(shippedIds)('is named in the first line of %s', (id) => {
    expect(planText(id).split('\n', 1)).toEqual(['# yaml-language-server: $schema=./plan.schema.json']);
  });

  test('the reference names every field', () => {
    const text = readme();
    const missing = new Set(properties(schema).flatMap(({ key }) => (text.includes(key) ? [] : [key])));
    expect([...missing]).toEqual([]);
  });
});

describe('the reference', () => {
  test.each(snippets())('has snippets that are good plans: %#', ({ plan }) => {
    const result = parsePlan(JSON.stringify(plan), 'snippet');
    expect(result.ok ? '' : formatProblems(result.problems)).toBe('');
  });

  test('begins with a plan whose examples pass', () => {
    const [first] = snippets();
    const { examples } = testPlan(planOf(first?.plan));
    expect(examples.map(({ passed, got }) => [passed, got])).toEqual([[true, '50.00 EUR']]);
  });
});

describe('the shipped plans', () => {
  test.each(shippedIds)('%s: its examples pass and reach every step and cause', (id) => {
    const result = parsePlan(planText(id), id);
    if (!result.ok) throw new Error(formatProblems(result.problems));
    expect(result.warnings.map(({ what }) => what)).toEqual([]);
    const tested = testPlan(result.plan);
    expect(
      tested.examples.filter(({ passed }) => !passed).map(({ got, example }) => [example.name, got]),
    ).toEqual([]);
    expect(tested.unreached).toEqual([]);
    expect(tested.examples.length).toBeGreaterThan(3);
  });
});
