/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- a case that a test changes in every way has no type */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { judgeMonth, type MonthJudgement } from '../../../src/core/statement/judge.js';
import { monthDetails } from '../../../src/core/statement/result.js';
import type { RuleSet } from '../../../src/core/statement/rule-set.js';
import { explainMonth } from '../../../src/render/explain.js';
import { caseOf, sampleCase, type Json } from '../../config/case/support.js';
import { root } from '../../support/source-files.js';

const monthFrom = Date.parse('2026-10-01T00:00:00+08:00');

/** A single service the whole month, with one outage of so many milliseconds. */
function down(ms: number, plan: Json = 'ctg-cloud-connection'): Json {
  const own = sampleCase();
  own.plan = plan;
  own.services = [{ ...own.services[1], start: '2026-01-01' }];
  const outages = [
    { line: 'l3', from: new Date(monthFrom).toISOString(), to: new Date(monthFrom + ms).toISOString() },
  ];
  return Object.assign(own, { outages, unobserved: [], exclusions: [], commitments: [], rounds: [] });
}

function planWith(change: (version: Json) => void): Json {
  const plan = parse(readFileSync(join(root, 'config/plans/ctg-cloud-connection.yaml'), 'utf8'));
  for (const version of plan.versions) change(version);
  return plan;
}

function judged(own: Json, ruleSet: RuleSet = 2): MonthJudgement {
  return judgeMonth({ ...caseOf(own), ruleSet });
}

/** The percentages with four decimals of a text, each once. */
const percentages = (text: string): string[] => [...new Set(text.match(/\b\d+\.\d{4}(?= %)/g))];

describe('a figure is printed in one rounding', () => {
  test('the availability, in its own line, where it is held against a step, and in the details', () => {
    fc.assert(
      fc.property(fc.integer({ min: 13_400_000, max: 100_000_000 }), (ms) => {
        const judgement = judged(down(ms));
        const found = percentages(explainMonth(judgement));
        expect(found).toHaveLength(1);
        const [service] = monthDetails(judgement).services as Json[];
        expect(service.availabilityPercent).toBe(found[0]);
        expect(service.causes[0].reasons[0].figure).toBe(found[0]);
      }),
      { numRuns: 60 },
    );
  });

  test("a day's availability is rounded down as well", () => {
    const plan = planWith(({ credit }) => {
      credit.causes = [
        {
          kind: 'failed-days',
          id: 'days',
          name: 'days',
          metric: 'availability',
          belowPercent: 99,
          percent: 1,
        },
      ];
    });
    const [service] = monthDetails(judged(down(1_000_000, plan))).services as Json[];
    // 98.84259…
    expect(service.causes[1].reasons[0].figure).toBe('98.8425');
  });

  test('a bound is printed as exactly as the commitment', () => {
    const plan = planWith(({ classes }) => {
      const [single] = classes;
      single.commitmentPercent = '99.99999995';
      single.steps = [{ below: '99.99999995', percent: 5 }];
    });
    const lines = explainMonth(judged(down(60_000, plan)));
    expect(lines).toContain('Commitment: 99.99999995 %, not met');
    expect(lines).toContain('99.9977 %, below 99.99999995 %: 5 %');
    expect(lines).not.toContain('below 100 %');
  });

  test('a statement of the first rule set keeps its bytes, with both roundings', () => {
    const judgement = judged(down(18_000_000), 1);
    expect(percentages(explainMonth(judgement))).toEqual(['99.3279', '99.3280']);
    const plan = planWith(({ classes }) => (classes[0].steps[0].below = '99.49999995'));
    expect(explainMonth(judged(down(18_000_000, plan), 1))).toContain('99.3280 %, below 99.5 %: 5 %');
  });
});
