import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parsePlan, planFromData } from '../../../src/config/plan/parse.js';
import { planYaml } from '../../../src/config/plan/yaml.js';
import type { Plan } from '../../../src/core/plan.js';
import { renderPlan } from '../../../src/render/plan.js';
import { plain, planText, shippedIds, snippets, type Json } from './support.js';

const documents = [
  ...shippedIds.map((id) => parse(planText(id)) as Json),
  ...snippets().map(({ plan }) => plan),
];

function shownAndRead(plan: Plan): unknown {
  const again = parsePlan(planYaml(plan), 'shown.yaml');
  if (!again.ok) throw new Error(JSON.stringify(again.problems));
  return plain(again.plan);
}

type Path = readonly (string | number)[];

/** The ways to every scalar of a document. */
function leaves(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return Object.entries(value).flatMap(([key, inner]) =>
    leaves(inner, [...at, Array.isArray(value) ? Number(key) : key]),
  );
}

const get = (value: unknown, at: Path): unknown =>
  at.reduce<unknown>((here, key) => (here as Record<string | number, unknown>)[key], value);

function changed(document: Json, at: Path, value: unknown): Json {
  const copy = structuredClone(document);
  const last = at.at(-1) ?? '';
  (get(copy, at.slice(0, -1)) as Record<string | number, unknown>)[last] = value;
  return copy;
}

/** Other values of the same kind. */
function others(value: unknown): unknown[] {
  if (typeof value === 'number')
    return [value + 1, value - 1, value / 2, value + 0.25].filter((each) => each !== value);
  if (typeof value === 'boolean') return [!value];
  if (value === null) return [1, 'x'];
  if (typeof value !== 'string') return [];
  const words = [
    ['started', 'full'],
    ['billed', 'full-month'],
    ['add', 'largest'],
    ['worst', 'each'],
    ['month', 'quarter', 'outage', 'rolling-year', 'year'],
    ['service', 'site'],
    ['keep', 'remove-from-period'],
    ['calendar', 'sliding', 'weekdays'],
    ['detection', 'report', 'earlier-of-report-and-detection'],
    ['absolute', 'excess', 'excess-percent'],
    ['latency', 'jitter'],
    ['same-invoice', 'next-invoice'],
    ['icmp', 'ip'],
    ['planned-maintenance', 'suspension'],
    ['credit-base', 'full-month', 'installation-charge'],
    ['1/30', '2/30'],
    ['EF', 'AF11'],
  ].filter((list) => list.includes(value));
  return [...words.flat().filter((each) => each !== value), `${value}x`];
}

describe('a plan that is shown', () => {
  test.each(documents)('is read as the same plan: %#', (document) => {
    const result = planFromData(document);
    if (!result.ok) throw new Error(JSON.stringify(result.faults));
    expect(shownAndRead(result.plan)).toEqual(plain(result.plan));
  });

  test('is read as the same plan, whatever is changed in it', () => {
    let good = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...documents),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 4 }),
        (document, changes) => {
          let now = document;
          for (const [nth, which] of changes) {
            const all = leaves(now);
            const at = all[nth % all.length] ?? [];
            const values = others(get(now, at));
            if (values.length > 0) now = changed(now, at, values[which % values.length]);
          }
          // As a file: a case would take a plan that contradicts itself.
          const result = parsePlan(JSON.stringify(now), 'plan.json');
          if (!result.ok) return;
          good += 1;
          expect(shownAndRead(result.plan)).toEqual(plain(result.plan));
        },
      ),
      { numRuns: 250 },
    );
    expect(good).toBeGreaterThan(30);
  });

  test.each(documents)('tells every field in its tables: %#', (whole) => {
    const document: Json = { ...whole, examples: [] };
    const before = planFromData(document);
    if (!before.ok) throw new Error(JSON.stringify(before.faults));
    const tables = renderPlan(before.plan, 'en');
    const data = JSON.stringify(plain(before.plan));
    const silent = leaves(document).filter((at) => {
      // Names in other languages are told in tables of their own.
      if (at.some((key) => /^(?!en$|und$)[a-z]{2}(-[A-Z]{2})?$/.test(String(key)))) return false;
      for (const value of others(get(document, at))) {
        const after = planFromData(changed(document, at, value));
        if (!after.ok || JSON.stringify(plain(after.plan)) === data) continue;
        return renderPlan(after.plan, 'en') === tables;
      }
      return false;
    });
    expect(silent).toEqual([]);
  });
});
