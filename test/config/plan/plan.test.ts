import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parsePlan, planFiles, planFromData } from '../../../src/config/plan/parse.js';
import { formatProblems } from '../../../src/config/problem.js';
import { versionFor } from '../../../src/core/plan.js';
import { clauseOf } from '../../../src/render/explain-text.js';
import { root } from '../../support/source-files.js';

const files = planFiles(root);

/** A built-in plan, which must be good. */
function plan(id: string) {
  const result = files.byId(id);
  if (!result?.ok) throw new Error(JSON.stringify(result));
  return result.plan;
}

describe('the built-in plans', () => {
  test.each(files.builtIn())('%s is good, and its id is its file name', (id) => {
    expect(plan(id).id).toBe(id);
  });

  test('are found by their id only, not by a path', () => {
    expect(['../pop-sla', 'none', ''].map((id) => files.byId(id))).toEqual([null, null, null]);
  });

  test('the contract has a clause for every field that the annex speaks of, and a ruling for every other', () => {
    for (const version of plan('ctg-cloud-connection').versions) {
      const fields = [
        ...[
          'timeZone',
          'availability.excusedTime',
          'availability.excusedBy',
          'availability.incompleteAbovePercent',
        ],
        ...['sizes', 'lengthBasis', 'packets', 'minimumSent', 'everyMinutes', 'lostAfterMs'].map(
          (key) => `measurement.${key}`,
        ),
        ...[
          'plannedMaintenance.notice',
          'plannedMaintenance.allowance',
          'forceMajeure.noticeWithinDays',
          'forceMajeure.proof',
        ].map((key) => `exclusions.${key}`),
        ...['latency.leavesOut', 'latency.excessDecimals', 'latency.bands[3]'],
        ...['loss.leavesOut', 'loss.commitmentPercent', 'loss.bands[1]'],
        ...[...version.classes.keys()].flatMap((id) => [
          `classes.${id}.commitmentPercent`,
          `classes.${id}.steps[0]`,
        ]),
        ...[
          'base',
          'of',
          'minimumCoveragePercent',
          'combine',
          'causes',
          'caps[0]',
          'minimumPayable',
          'claimWithinDays',
        ].map((key) => `credit.${key}`),
        'tax.ratePercent',
      ];
      const silent = fields.filter((field) => clauseOf(version, field) === null);
      expect(silent).toEqual([
        ...['timeZone', 'availability.incompleteAbovePercent', 'measurement.minimumSent'],
        ...['plannedMaintenance.allowance', 'forceMajeure.noticeWithinDays', 'forceMajeure.proof'].map(
          (key) => `exclusions.${key}`,
        ),
        ...['classes.premium.steps[0]', 'credit.base', 'credit.of', 'credit.minimumCoveragePercent'],
        ...['credit.minimumPayable', 'credit.claimWithinDays', 'tax.ratePercent'],
      ]);
      // What neither has is nothing: no allowance, no minimum, no claim.
      const ruled = (field: string): boolean =>
        version.rulings.some((ruling) => field === ruling.field || field.startsWith(`${ruling.field}.`));
      expect(silent.filter((field) => !ruled(field))).toEqual([
        ...['exclusions.plannedMaintenance.allowance', 'credit.minimumPayable', 'credit.claimWithinDays'],
      ]);
    }
  });

  test('every ruling of the contract is written in each language', () => {
    for (const version of plan('ctg-cloud-connection').versions) {
      expect(version.rulings.length).toBeGreaterThan(20);
      for (const { id, text } of version.rulings) {
        expect([id, ...Object.keys(text)]).toEqual([id, 'en', 'zh-CN', 'zh-TW']);
      }
    }
  });
});

describe('rulings', () => {
  const source = readFileSync(join(root, 'config/plans/ctg-cloud-connection.yaml'), 'utf8');
  const withRulings = (rulings: string) =>
    parsePlan(`${source.slice(0, source.indexOf('    rulings:'))}    rulings: ${rulings}\n`, 'plan.yaml');

  test('may be a mapping of fields to texts, as in plans of earlier versions of this program', () => {
    const result = withRulings('{ timeZone: { en: own }, "credit.caps[0]": all rents }');
    expect(result.ok ? result.plan.versions[0]?.rulings : result.problems).toEqual([
      { id: 'timeZone', field: 'timeZone', clause: null, when: null, text: { en: 'own' } },
      { id: 'credit.caps-0', field: 'credit.caps[0]', clause: null, when: null, text: { und: 'all rents' } },
    ]);
  });

  test.each([
    [
      '[{ id: a, field: credit.cap, text: x }]',
      'versions[0].rulings[0].field: "credit.cap" is no field of this version; allowed: a path such as availability.excusedTime or classes.single.steps',
    ],
    [
      '[{ id: a, field: credit.caps, text: x }, { id: a, field: timeZone, text: y }]',
      'versions[0].rulings[1].id: "a" is given twice; allowed: each id once',
    ],
    [
      '[{ id: a, field: timeZone }]',
      'versions[0].rulings[0].text: is missing; allowed: a text, or a mapping of language tags to texts, such as { en: normal, zh-CN: 正常 }',
    ],
    [
      '[{ id: a, field: timeZone, text: x, when: rain }]',
      'versions[0].rulings[0].when: "rain" is not known; allowed: always, never, partial-month, partial-month-credit, several-lines, outage, excused, unobserved, planned-maintenance, force-majeure, paths, latency-commitment, left-out, quality-credit, credit',
    ],
  ])('%s is refused', (rulings, message) => {
    const result = withRulings(rulings);
    expect(result.ok ? '' : formatProblems(result.problems).replace(/^plan\.yaml:\d+:\d+ /, '')).toBe(
      message,
    );
  });
});

describe('the version of a month', () => {
  test.each([
    ['ctg-cloud-connection', '2024-03', null],
    ['ctg-cloud-connection', '2024-04', '2024-04-16'],
    ['ctg-cloud-connection', '2024-05', '2024-04-16'],
    ['example-ethernet-hourly', '2021-12', null],
    ['example-ethernet-hourly', '2022-01', '2022-01-01'],
    ['example-ethernet-hourly', '2025-12', '2022-01-01'],
    ['example-ethernet-hourly', '2026-01', '2026'],
    ['example-ethernet-hourly', '2030-01', '2026'],
  ])('%s, %s: %s', (id, month, version) => {
    expect(versionFor(plan(id), month)?.version ?? null).toBe(version);
  });
});

describe('a plan of another kind of text', () => {
  test('JSON is YAML', () => {
    const result = parsePlan('{"id": "x", "name": "x", "versions": []}', 'x.json');
    expect(result).toMatchObject({ ok: false, problems: [{ path: 'versions', what: 'is empty' }] });
  });

  test.each([
    null,
    5,
    'x',
    [],
    [[]],
    { versions: [null] },
    { versions: {} },
    { versions: [{ classes: [null], credit: { causes: [5], caps: [{}] } }] },
  ])('%j is refused, and nothing is thrown', (data) => {
    const result = planFromData(data);
    expect(result.ok ? 0 : result.faults.length).toBeGreaterThan(0);
  });
});

describe('one fault is one line', () => {
  const text = readFileSync(join(root, 'config/plans/ctg-cloud-connection.yaml'), 'utf8');
  const latencyCause =
    'causes: [{ kind: latency, id: slow, name: slow, measure: absolute, steps: [{ over: 1, percent: 5 }] }]';
  const hourly =
    'causes: [{ kind: downtime, id: hours, name: hours, unitMinutes: 60, count: full, percent: 5 }]';
  test.each([
    ['of a step', '{ below: 99.5, percent: 5 }', '{ below: 99.5, percent: five }'],
    ['of a fraction', '{ below: 99.5, percent: 5 }', '{ below: 99.5, fraction: 1/0 }'],
    ['of a cap', 'of: billed, percent: 20 }', 'of: billed, percent: twenty }'],
    ['of a quality step', 'causes: []', latencyCause.replace('percent: 5', 'percent: [5]')],
    ['of the bound of a quality step', 'causes: []', latencyCause.replace('over: 1', 'over: one')],
    ['of the steps', 'causes: []', latencyCause.replace(/steps: .*\]/, 'steps: none')],
    ['of a unit of downtime', 'causes: []', hourly.replace('unitMinutes: 60', 'unitMinutes: hour')],
    ['of a share of downtime', 'causes: []', hourly.replace('percent: 5', 'percent: five')],
  ])('%s', (_what, before, after) => {
    expect(text).toContain(before);
    const result = parsePlan(text.replace(before, after), 'plan.yaml');
    expect(result.ok ? [] : result.problems).toHaveLength(1);
  });

  test('a merge key is explained', () => {
    const result = parsePlan(
      text.replace('    loss:\n', '    loss:\n      <<: *base\n').replace('latency:\n', 'latency: &base\n'),
      'plan.yaml',
    );
    expect(result.ok ? '' : formatProblems(result.problems)).toMatch(
      /^plan\.yaml:\d+:7 versions\[0\]\.loss\."<<": merges another mapping into this one, which YAML 1\.2 has not; allowed: the keys themselves, or an alias for a whole value, such as latency: \*latency$/,
    );
  });
});
