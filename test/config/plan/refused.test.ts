import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parsePlan } from '../../../src/config/plan/parse.js';
import { formatProblem } from '../../../src/config/problem.js';
import { runCli } from '../../support/cli.js';
import { tempDir } from '../../support/temp-dir.js';
import { snippets, type Json } from './support.js';

const whole = snippets()[0]?.text ?? '';

/** The whole plan of the reference with one text in place of another; what `plan check` says. */
function checked(from: string, to: string): { readonly faults: string[]; readonly warnings: string[] } {
  expect(whole).toContain(from);
  const result = parsePlan(whole.replace(from, to), 'p');
  const say = (problems: Parameters<typeof formatProblem>[0][]) =>
    problems.map((problem) => formatProblem({ ...problem, line: null }));
  return result.ok
    ? { faults: [], warnings: say([...result.warnings]) }
    : { faults: say([...result.problems]), warnings: [] };
}

const steps = '- { below: 99.9, percent: 5 }\n          - { below: 99.0, percent: 10 }';
const caps = '- { per: service, over: month, of: full-month, percent: 100 }';
const cause = (text: string) => `${caps}\n      causes:\n        - ${text}`;

describe('plan check refuses what contradicts itself', () => {
  test.each([
    [
      'a deeper step that pays less',
      steps,
      '- { below: 99.9, percent: 10 }\n          - { below: 99.0, percent: 5 }',
      'versions[0].classes[0].steps[1].percent: 5 gives less than the milder step before it; allowed: a deeper step gives no less',
    ],
    [
      'more than the rent',
      'percent: 5 }',
      'percent: 500 }',
      'versions[0].classes[0].steps[0].percent: 500 is more than all of the rent that it is a part of; allowed: at most 100 %',
    ],
    [
      'a step of nothing',
      'percent: 5 }',
      'percent: 0 }',
      'versions[0].classes[0].steps[0].percent: 0 is nothing; allowed: a part of the rent above 0',
    ],
    [
      'a cap of nothing',
      caps,
      '- { per: service, over: month, percent: 0 }',
      'versions[0].credit.caps[0].percent: 0 is nothing; allowed: a part of the rent above 0',
    ],
    [
      'a cap over all of the rent',
      caps,
      '- { per: service, over: month, percent: 1000 }',
      'versions[0].credit.caps[0].percent: 1000 is more than all of the rent that it is a part of; allowed: at most 100 %',
    ],
    [
      'a commitment below its own step',
      'commitmentPercent: 99.9',
      'commitmentPercent: 99.5',
      'versions[0].classes[0].steps[0].below: 99.9 credits an availability that meets the commitment; allowed: at most the commitmentPercent of the class',
    ],
    [
      'a number that YAML does not keep',
      'below: 99.9,',
      'below: 99.89999999999999999,',
      "p: 99.89999999999999999 has more digits than a number in YAML keeps (it would be read as 99.9); allowed: it in quotes: '99.89999999999999999'",
    ],
    [
      'a cause for no class',
      caps,
      cause('{ kind: long-outages, id: x, name: x, classes: [], longerThanMinutes: 60, percent: 5 }'),
      'versions[0].credit.causes[0].classes: [] is empty, so it holds for nothing; allowed: at least one, or nothing for all of them',
    ],
    ['a percentage of a loss of 0', 'commitmentPercent: 1, bands', 'commitmentPercent: 0, bands', null],
    [
      'jitter over a commitment that nobody made',
      caps,
      cause('{ kind: jitter, id: x, name: x, measure: excess, steps: [{ over: 0, percent: 5 }] }'),
      'versions[0].credit.causes[0].measure: "excess" is over a commitment that no field makes; allowed: jitter.commitmentMs: 2, or an absolute bound',
    ],
    [
      'a bound of another metric',
      caps,
      cause(
        '{ kind: failed-windows, id: x, name: x, metric: loss, overMs: 5, windowMinutes: 15, percent: 5 }',
      ),
      'versions[0].credit.causes[0].overMs: does not go with the metric loss; allowed: overPercent',
    ],
    [
      'two last days to claim',
      caps,
      `${caps}\n      claim: { withinDays: 5, withinMonths: 1 }`,
      'versions[0].credit.claim: names no last day, or two; allowed: withinDays: 30, or withinMonths: 1',
    ],
    [
      'a key of another kind',
      caps,
      cause('{ kind: long-outages, id: x, name: x, longerThanMinutes: 60, percent: 5, unitMinutes: 5 }'),
      'versions[0].credit.causes[0].unitMinutes: is not a known key; allowed: kind, id, name, classes, onlyBelowPercent, atMostPercent, atMostFraction, longerThanMinutes, percent, fraction',
    ],
    [
      'a kind that is none',
      caps,
      cause('{ kind: jiter, id: x, name: x }'),
      'versions[0].credit.causes[0].kind: "jiter" is not known (did you mean "jitter"?); allowed: latency, loss, jitter, downtime, failed-days, failed-windows, long-outages, late-delivery',
    ],
    [
      'units and steps',
      caps,
      cause(
        '{ kind: downtime, id: x, name: x, unitMinutes: 5, count: full, percent: 1, steps: [{ over: 1, percent: 1 }] }',
      ),
      'versions[0].credit.causes[0].steps: does not go with unitMinutes and count and percent; allowed: unitMinutes: 60, count: started and a share, or steps',
    ],
  ])('%s', (_what, from, to, said) => {
    const { faults } = checked(from, to);
    if (said === null) {
      expect(faults).toEqual([]);
      return;
    }
    expect(faults.map((fault) => fault.replace(/^p /, ''))).toEqual([said]);
  });

  test('a percentage over a loss commitment of 0', () => {
    const text = whole
      .replace('commitmentPercent: 1, bands', 'commitmentPercent: 0, bands')
      .replace(
        caps,
        cause('{ kind: loss, id: x, name: x, measure: excess-percent, steps: [{ over: 0, percent: 5 }] }'),
      );
    const result = parsePlan(text, 'p');
    expect(result.ok ? [] : result.problems.map(({ what, path }) => [path, what])).toEqual([
      ['versions[0].credit.causes[0].measure', 'is a percentage of a commitment of 0'],
    ]);
  });

  test('a percentage over a loss target of 0 of a class of traffic, by the command', async () => {
    const plan = parse(whole) as { versions: [Record<string, unknown> & { credit: object }] };
    const [version] = plan.versions;
    version['trafficClasses'] = [{ id: 'voice', name: 'Voice', dscp: ['EF'], lossPercent: 0 }];
    const steps = [{ over: 0, percent: 5 }];
    Object.assign(version.credit, {
      causes: [{ kind: 'loss', id: 'x', name: 'x', measure: 'excess-percent', steps }],
    });
    const folder = tempDir();
    writeFileSync(join(folder, 'p.json'), JSON.stringify(plan));
    const { code, stdout, stderr } = await runCli(['plan', 'check', 'p.json'], { cwd: folder });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^p\.json:1:\d+ versions\[0\]\.credit\.causes\[0\]\.measure: "excess-percent" is a percentage of a commitment of 0; allowed: a loss commitment above 0, or measure: absolute\n$/,
    );
  });

  test('an excess in points over a loss commitment of 0, or the loss itself, is none', () => {
    for (const measure of ['excess', 'absolute']) {
      const text = whole
        .replace('commitmentPercent: 1, bands', 'commitmentPercent: 0, bands')
        .replace(
          caps,
          cause(`{ kind: loss, id: x, name: x, measure: ${measure}, steps: [{ over: 0, percent: 5 }] }`),
        );
      expect(parsePlan(text, 'p').ok).toBe(true);
    }
  });

  test('a number in quotes keeps its digits', () => {
    expect(checked('below: 99.9,', "below: '99.899999999999999',").faults).toEqual([]);
  });

  test('a year of rent may be capped by several rents', () => {
    expect(
      checked(caps, '- { per: service, over: contract-year, of: full-month, percent: 1200 }').faults,
    ).toEqual([]);
    expect(
      checked(caps, '- { per: service, over: contract-year, of: full-month, percent: 1201 }').faults,
    ).toHaveLength(1);
  });
});

describe('plan check warns about what is odd', () => {
  test.each([
    ['commitmentPercent: 99.9', 'commitmentPercent: 0.999', null],
    [
      'below: 99.9, percent: 5',
      'below: 99.5, percent: 5',
      'p versions[0].classes[0].steps[0].below: 99.5 leaves what is below the commitment of 99.9 % and not below this without a credit',
    ],
    [steps, '[]', null],
    [
      'excusedBy: [planned-maintenance, force-majeure, customer-cause]',
      'excusedBy: []',
      'p versions[0].availability.excusedBy: [] is empty: no maintenance and no act of the customer excuses an outage',
    ],
    [
      caps,
      cause(
        '{ kind: failed-windows, id: x, name: x, metric: loss, overPercent: 5, windowMinutes: 15, percent: 5 }',
      ),
      'p versions[0].credit.causes[0].windowMinutes: 15 is shorter than the 30 minutes between rounds: some windows have no round, and fail never',
    ],
  ])('%s -> %s', (from, to, said) => {
    const { faults, warnings } = checked(from, to);
    if (said !== null) expect([faults, warnings]).toEqual([[], [said]]);
    else expect(faults.length + warnings.length).toBeGreaterThan(0);
  });

  test('and finds nothing odd in the plan that the reference begins with', () => {
    expect(parse(whole) as Json).toHaveProperty('versions');
    const result = parsePlan(whole, 'p');
    expect(result.ok && result.warnings).toEqual([]);
  });
});
