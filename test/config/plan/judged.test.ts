import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readCase } from '../../../src/config/case/read-case.js';
import { planFiles, planFromData } from '../../../src/config/plan/parse.js';
import { monthDetails } from '../../../src/core/statement/result.js';
import { judgeMonth } from '../../../src/core/statement/judge.js';
import { explainMonth } from '../../../src/render/explain.js';
import { testPlan, testReport } from '../../../src/render/plan/tested.js';
import { root } from '../../support/source-files.js';
import { planText, shippedIds, snippets, type Json } from './support.js';

const files = planFiles(root);
const documents = [
  ...shippedIds.map((id) => parse(planText(id)) as Json),
  ...snippets().map(({ plan }) => plan),
];

/** Values at the edges of what a field may say. */
const edges: readonly unknown[] = [
  ...[0, 1, 0.000000000000001, 99.999999999999, 100, 1440, 10_080, 50, 366, '99.999999999999999', '0.001', 5],
  ...[
    '1/1',
    '1/999999999',
    '7/30',
    'started',
    'full',
    'report',
    'sliding',
    'calendar',
    'excess',
    'excess-percent',
  ],
  ...[
    'absolute',
    'latency',
    'loss',
    'jitter',
    'availability',
    'quarter',
    'contract-year',
    'rolling-year',
    'site',
  ],
  ...[
    'customer',
    'outage',
    'weekdays',
    'installation-charge',
    'remove-from-period',
    'largest',
    'EF',
    null,
    [],
    true,
  ],
];

type Path = readonly (string | number)[];
const leaves = (value: unknown, at: Path = []): Path[] =>
  typeof value !== 'object' || value === null
    ? [at]
    : Object.entries(value).flatMap(([key, inner]) =>
        leaves(inner, [...at, Array.isArray(value) ? Number(key) : key]),
      );

function changed(document: Json, at: Path, value: unknown): Json {
  const copy = structuredClone(document);
  let here = copy as Record<string | number, unknown>;
  for (const key of at.slice(0, -1)) here = here[key] as Record<string | number, unknown>;
  here[at.at(-1) ?? ''] = value;
  return copy;
}

/** A month with a service of every class, outages, exclusions, and rounds good, bad, partial and without a jitter. */
function caseFor(
  plan: Json,
  classes: readonly { readonly id: string; readonly lines: number }[],
  month: string,
) {
  const [version] = plan['versions'] as {
    measurement: { sizes: number[]; everyMinutes: number; packets: number };
  }[];
  const { sizes = [64], everyMinutes = 30, packets = 1 } = version?.measurement ?? {};
  const at = (day: number, hour = 0) =>
    `${month}-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00Z`;
  const lines = classes.flatMap(({ id, lines: count }) =>
    Array.from({ length: count }, (_, index) => ({ id: `${id}-${index}`, pop: 'A' })),
  );
  const start = Date.parse(at(3));
  return {
    plan,
    month,
    lines,
    services: classes.map(({ id }, index) => ({
      id,
      site: index % 2 === 0 ? 'x' : 'y',
      customer: 'c',
      class: id,
      paths: ['A>B', 'B>A'],
      lines: lines.flatMap((line) => (line.id.startsWith(`${id}-`) ? [line.id] : [])),
      start: index % 2 === 0 ? '2025-01-01' : `${month}-03`,
      agreedStart: '2025-01-01',
      installationCharge: { amount: '500.00', currency: 'EUR' },
      monthlyRent: { amount: '1000.01', currency: 'EUR' },
    })),
    outages: lines.flatMap(({ id }, index) => [
      { line: id, from: at(5), to: at(5, 7), reportedAt: at(5, 1) },
      { line: id, from: at(20), to: index % 2 === 0 ? null : at(29) },
    ]),
    unobserved: lines.map(({ id }) => ({ line: id, from: at(8), to: at(9) })),
    exclusions: [
      {
        kind: 'planned-maintenance',
        scope: 'all',
        from: at(5, 3),
        to: at(6),
        noticeAt: '2025-01-01T00:00:00Z',
      },
    ],
    commitments: [{ path: 'A>B', latencyMs: '10' }],
    paths: [{ path: 'B>A', dscp: 'EF' }],
    history: [],
    rounds: Array.from({ length: 200 }, (_, index) => ({
      path: index % 3 === 0 ? 'B>A' : 'A>B',
      slot: new Date(
        Math.ceil(start / (everyMinutes * 60_000)) * everyMinutes * 60_000 + index * everyMinutes * 60_000,
      ).toISOString(),
      sizes: sizes.map((bytes) => {
        const received = index % 7 === 0 ? 0 : index % 5 === 0 ? Math.floor(packets / 2) : packets;
        const more = index % 2 === 0 && received > 0 ? { rttMinUs: 900 } : {};
        return { bytes, sent: packets, received, rttSumUs: received * 1000, ...more };
      }),
    })),
  };
}

test('a plan that is good is judged: nothing is thrown, every service has its line, and it can be explained', () => {
  let judged = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...documents),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: edges.length - 1 })), { maxLength: 4 }),
      fc.constantFrom('2026-02', '2026-03', '2026-10', '2026-12'),
      (document, changes, month) => {
        let plan = document;
        for (const [nth, which] of changes) {
          const all = leaves(plan).filter((path) => !path.includes('rulings') && !path.includes('clauses'));
          plan = changed(plan, all[nth % all.length] ?? [], edges[which]);
        }
        const read = planFromData(plan);
        if (!read.ok) return;
        expect(testReport(read.plan, testPlan(read.plan))).not.toMatch(/undefined|NaN/);
        const latest = read.plan.versions.findLast(({ effectiveFrom }) => effectiveFrom <= `${month}-01`);
        if (!latest) return;
        const classes = [...latest.classes.values()].map(({ id, minLines }) => ({ id, lines: minLines }));
        if (classes.some(({ lines }) => lines > 50)) return;
        const own = {
          ...plan,
          versions: [(plan['versions'] as unknown[])[read.plan.versions.indexOf(latest)]],
        };
        const result = readCase(JSON.stringify(caseFor(own, classes, month)), files, root);
        // What a plan asks of exclusions or rounds (a size, a notice) this case may not have.
        if (!result.ok) return;
        judged += 1;
        const judgement = judgeMonth(result.case);
        expect(judgement.unjudged).toEqual([]);
        expect(judgement.services).toHaveLength(classes.length);
        for (const { amount, availability } of judgement.services) {
          expect(amount >= 0n && availability.unavailableMs >= 0).toBe(true);
          expect(availability.unavailableMs).toBeLessThanOrEqual(availability.totalMs);
        }
        expect(JSON.stringify(monthDetails(judgement))).not.toMatch(/NaN|undefined/);
        expect(explainMonth(judgement)).not.toMatch(/NaN|undefined/);
      },
    ),
    { numRuns: 150 },
  );
  expect(judged).toBeGreaterThan(20);
});
