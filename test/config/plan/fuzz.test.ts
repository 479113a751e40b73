import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parsePlan, planFromData } from '../../../src/config/plan/parse.js';
import { formatProblems } from '../../../src/config/problem.js';
import { renderPlan } from '../../../src/render/plan.js';
import { root } from '../../support/source-files.js';

const ids = ['ctg-cloud-connection', 'example-ethernet-hourly', 'example-ip-transit', 'example-leased-line'];
const texts = ids.map((id) => readFileSync(join(root, 'config/plans', `${id}.yaml`), 'utf8'));

const nasty = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    ' ',
    0,
    -1,
    0.5,
    1e21,
    '1/0',
    '1/30',
    '99.95',
    '-5',
    'UTC',
    '2026-02-30',
    [],
    {},
  ),
  fc.constantFrom<unknown>(
    [null],
    [[]],
    [{}],
    { en: 5 },
    { und: 'x' },
    { min: 0 },
    { HKD: '-1' },
    { XXX: '1' },
    'x'.repeat(300),
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Replaces, removes or doubles what stands at a place that the numbers choose. */
function breakAt(document: unknown, steps: readonly number[], kind: number, value: unknown): void {
  let at = document as Record<string, unknown>;
  for (const [depth, step] of steps.entries()) {
    const keys = Object.keys(at);
    const chosen = keys[step % Math.max(keys.length, 1)];
    if (chosen === undefined) return;
    const below = at[chosen];
    if (depth < steps.length - 1 && typeof below === 'object' && below !== null) {
      at = below as Record<string, unknown>;
    } else {
      if (kind === 0) Reflect.deleteProperty(at, chosen);
      else if (kind === 1 && Array.isArray(at)) at.push(structuredClone(below));
      // A copy: the constants above are shared by all runs, and a later change would reach into them.
      else at[chosen] = structuredClone(value);
      return;
    }
  }
}

test('a plan with anything in any place is good, and can be printed, or is refused in lines', () => {
  const change = fc.tuple(
    fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 7 }),
    fc.nat({ max: 3 }),
    nasty,
  );
  let good = 0;
  let bad = 0;
  fc.assert(
    fc.property(fc.nat({ max: texts.length - 1 }), fc.array(change, { maxLength: 2 }), (index, changes) => {
      const document: unknown = structuredClone(JSON.parse(JSON.stringify(parse(texts[index] ?? ''))));
      for (const [steps, kind, value] of changes) breakAt(document, steps, kind, value);
      const result = planFromData(document);
      if (result.ok) {
        good += 1;
        expect(renderPlan(result.plan, 'zh') + renderPlan(result.plan, 'en')).not.toMatch(
          /undefined|NaN|\[object/,
        );
      } else {
        bad += 1;
        expect(result.faults.length).toBeGreaterThan(0);
        const printed = parsePlan(JSON.stringify(document), 'plan.json');
        expect(printed.ok ? '' : formatProblems(printed.problems)).toMatch(
          /^plan\.json:\d+:\d+ [^\n]+(\n|$)/,
        );
      }
    }),
    { numRuns: 400 },
  );
  expect(good).toBeGreaterThan(10);
  expect(bad).toBeGreaterThan(50);
});
