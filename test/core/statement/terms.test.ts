/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return -- a case that a test changes in every way has no type */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { planFromData } from '../../../src/config/plan/parse.js';
import { compare, ratio, zero } from '../../../src/core/number.js';
import type { QualityCause } from '../../../src/core/plan.js';
import { judgeMonth, judgeMonths } from '../../../src/core/statement/judge.js';
import { addDays } from '../../../src/core/time/calendar.js';
import { caseOf, faultsOf, resultOf, sampleCase, type Json } from '../../config/case/support.js';
import { root } from '../../support/source-files.js';

const hkd = (amount: string) => ({ amount, currency: 'HKD' });
const term = (more: Json = {}): Json => ({
  id: 'a',
  site: 'site',
  class: 'single',
  lines: ['l1'],
  start: '2026-01-01',
  end: null,
  monthlyRent: hkd('10000.00'),
  paths: [],
  ...more,
});
const monthCase = (services: Json[], more: Json = {}): Json => ({
  plan: 'ctg-cloud-connection',
  month: '2026-10',
  lines: ['l1', 'l2', 'l3', 'l4'].map((id, index) => ({ id, pop: ['HKG', 'SIN', 'FRA', 'LAX'][index] })),
  services,
  ...more,
});
const down = (line: string, from: string, hours: number) => ({
  line,
  from: `${from}+08:00`,
  to: new Date(Date.parse(`${from}+08:00`) + hours * 3_600_000).toISOString(),
});
/** The built-in plan as data, with changes of its credit section. */
function plan(credit: Json = {}, version: Json = {}): Json {
  const data: Json = parse(readFileSync(join(root, 'config/plans/ctg-cloud-connection.yaml'), 'utf8'));
  const [only] = data.versions;
  Object.assign(only, { clauses: {}, rulings: {} }, version);
  Object.assign(only.credit, credit);
  return data;
}

describe('one judgement a service and month', () => {
  const fourHours = { outages: [down('l1', '2026-10-05T00:00:00', 4)] };
  const amount = (c: Json) => resultOf(c).services.map(({ credit }) => credit.amount);
  const withPath = { paths: ['HKG>SIN'] };

  test('single, HKD 10000, 4 h down: 500.00, whatever path is added or removed', () => {
    expect(amount(monthCase([term()], fourHours))).toEqual(['500.00']);
    const on16 = [term({ end: '2026-10-16' }), term({ start: '2026-10-16', ...withPath })];
    expect(amount(monthCase(on16, fourHours))).toEqual(['500.00']);
    const for1Day = [
      term({ end: '2026-10-20' }),
      term({ start: '2026-10-20', end: '2026-10-21', ...withPath }),
      term({ start: '2026-10-21' }),
    ];
    expect(amount(monthCase(for1Day, fourHours))).toEqual(['500.00']);
  });

  test('a full month as the base is one full month: a path added on the 16th does not double the credit', () => {
    const full = { plan: plan({ base: 'full-month' }), outages: [down('l1', '2026-10-05T00:00:00', 9)] };
    const once = amount(monthCase([term()], full));
    expect(once).toEqual(['1000.00']);
    const on16 = [term({ end: '2026-10-16' }), term({ start: '2026-10-16', ...withPath })];
    expect(amount(monthCase(on16, full))).toEqual(once);
  });

  test("a term's edge inside an outage does not split it", () => {
    const rule = { kind: 'long-outages', id: 'long', name: 'x', longerThanMinutes: 600, percent: 44 };
    const long = {
      plan: plan(
        { causes: [rule], caps: [] },
        { classes: plan().versions[0].classes.map((each: Json) => ({ ...each, steps: [] })) },
      ),
      outages: [down('l1', '2026-10-15T18:00:00', 12)],
    };
    expect(amount(monthCase([term()], long))).toEqual(['4400.00']);
    const on16 = [term({ end: '2026-10-16' }), term({ start: '2026-10-16', ...withPath })];
    expect(amount(monthCase(on16, long))).toEqual(['4400.00']);
  });

  test('at any instant the lines in force decide', () => {
    const dual = [
      term({ class: 'protected-dual', lines: ['l1', 'l2'], end: '2026-10-11' }),
      term({ class: 'single', lines: ['l3'], start: '2026-10-11' }),
    ];
    const outages = [
      down('l1', '2026-10-05T00:00:00', 4),
      down('l2', '2026-10-05T02:00:00', 4),
      // Each alone on its days, and l1 when it is no line of the service any more.
      ...[down('l1', '2026-10-20T00:00:00', 9), down('l3', '2026-10-12T00:00:00', 1)],
    ];
    expect(resultOf(monthCase(dual, { outages })).services).toMatchObject([
      { class: 'protected-dual', commitmentPercent: '99.95', unavailableMs: 3 * 3_600_000, met: false },
    ]);
  });

  test('a pause belongs to nothing', () => {
    const paused = [term({ end: '2026-10-11' }), term({ start: '2026-10-21' })];
    const outages = [down('l1', '2026-10-10T23:00:00', 300)];
    expect(resultOf(monthCase(paused, { outages })).services).toMatchObject([
      {
        period: {
          from: '2026-10-01T00:00:00+08:00',
          to: '2026-11-01T00:00:00+08:00',
          totalMs: 21 * 86_400_000,
        },
        // From 23:00 of the last day, and on from the 21st to 11:00 of the 23rd.
        unavailableMs: (1 + 59) * 3_600_000,
        // 10000 × 21 / 31.
        rent: { amount: '6774.19' },
      },
    ]);
  });

  test('rent is summed exactly and rounded once, and its parts sum up to it', () => {
    const c = monthCase(
      [
        term({ monthlyRent: hkd('999.99'), end: '2026-09-16' }),
        term({ monthlyRent: hkd('999.99'), start: '2026-09-16' }),
      ],
      { month: '2026-09' },
    );
    expect(resultOf(c).services[0]?.rent.amount).toBe('999.99');
    expect(judgeMonth(caseOf(c)).services[0]?.rents).toEqual([50_000n, 49_999n]);
  });

  test('a later class takes effect with the next month', () => {
    const c = monthCase([
      term({ end: '2026-10-12' }),
      term({ start: '2026-10-12', end: '2026-10-20', class: 'premium' }),
      term({ start: '2026-10-20', class: 'premium', paths: ['HKG>SIN'] }),
    ]);
    expect(judgeMonth(caseOf(c)).services[0]?.terms.next).toEqual({
      agreedFrom: '2026-10-12',
      judgesFrom: '2026-11-01',
      class: 'premium',
      plan: null,
    });
    expect(resultOf({ ...c, month: '2026-11' }).services).toMatchObject([{ class: 'premium' }]);
  });

  test('results stand in the order of first appearance, also of a term that is passed over', () => {
    const c = monthCase([
      term({ end: '2026-10-01' }),
      term({ id: 'b', lines: ['l2'] }),
      term({ start: '2026-10-01' }),
    ]);
    expect(resultOf(c).services.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  test('faults: no day in the month with any term, a second site, the same days twice', () => {
    expect(faultsOf(monthCase([term({ end: '2026-09-01' }), term({ start: '2026-11-01' })]))).toEqual([
      '$.services[0] has no day in 2026-10: it runs from 2026-01-01 to 2026-09-01, from 2026-11-01 to no end, the end not included',
    ]);
    expect(faultsOf(monthCase([term({ end: '2026-09-01' }), term({ start: '2026-10-01' })]))).toEqual([]);
    expect(
      faultsOf(monthCase([term({ end: '2026-10-02' }), term({ start: '2026-10-02', site: 'other' })])),
    ).toEqual([
      '$.services[1].site is a second site of service "a": "other" beside "site", and a service stays at its site',
    ]);
  });

  test('a zone that changes leaves no hour to nobody, and none to two months', () => {
    const data = plan();
    const [first] = data.versions;
    for (const [before, after, hours] of [
      ['Asia/Hong_Kong', 'UTC', 8],
      ['UTC', 'Asia/Hong_Kong', -8],
    ] as const) {
      data.versions = [
        { ...first, timeZone: before },
        { ...first, effectiveFrom: '2026-10-15', timeZone: after },
      ];
      const of = (month: string) => resultOf({ ...monthCase([term()]), plan: data, month }).services[0];
      const [october, november] = [of('2026-10'), of('2026-11')];
      // The version of the first day judges the whole month.
      expect(october?.period.totalMs).toBe(31 * 86_400_000);
      expect(november?.period.totalMs).toBe(30 * 86_400_000 + hours * 3_600_000);
      expect(Date.parse(november?.period.from ?? '')).toBe(Date.parse(october?.period.to ?? ''));
    }
  });
});

describe('met, not met, not shown', () => {
  const whole = { from: '2026-10-01T00:00:00+08:00', to: '2026-11-01T00:00:00+08:00' };
  test.each([
    ['nobody watched at all', [{ line: 'l1', ...whole }], [], '100.0000', '0.0000', null],
    ['everything was watched', [], [], '100.0000', '100.0000', true],
    [
      'too little was unobserved to matter',
      [{ ...down('l1', '2026-10-05T00:00:00', 3) }],
      [],
      '100.0000',
      '99.5967',
      true,
    ],
    [
      'it was down for too long anyway',
      [{ line: 'l1', ...whole }],
      [down('l1', '2026-10-05T00:00:00', 4)],
      '99.4623',
      '0.0000',
      false,
    ],
  ])('%s', (_, unobserved, outages, availability, bound, met) => {
    expect(resultOf(monthCase([term()], { unobserved, outages })).services).toMatchObject([
      { availabilityPercent: availability, availabilityLowerBoundPercent: bound, met },
    ]);
  });

  test('an excuse covers unobserved time, and on several lines each is looked at before they meet', () => {
    const excuse = { kind: 'third-party', scope: { lines: ['l1'] }, ...whole };
    const single = monthCase([term()], { unobserved: [{ line: 'l1', ...whole }], exclusions: [excuse] });
    expect(resultOf(single).services).toMatchObject([
      { availabilityLowerBoundPercent: '100.0000', met: true },
    ]);
    const dual = term({ class: 'protected-dual', lines: ['l1', 'l2'] });
    const unobserved = [{ line: 'l1', ...whole }];
    const bounds = (outages: Json[]) => resultOf(monthCase([dual], { unobserved, outages })).services;
    expect(bounds([])).toMatchObject([
      { availabilityLowerBoundPercent: '100.0000', met: true, complete: false },
    ]);
    expect(bounds([down('l2', '2026-10-05T00:00:00', 4)])).toMatchObject([
      { availabilityPercent: '100.0000', availabilityLowerBoundPercent: '99.4623', met: null },
    ]);
  });
});

describe('whose rent, and how much of a figure', () => {
  test('the rent of the affected service, or of all services at its site', () => {
    const two = [term(), term({ id: 'b', lines: ['l2'], monthlyRent: hkd('3000.00') })];
    const of = (what: string) =>
      resultOf(monthCase(two, { plan: plan({ of: what }), outages: [down('l1', '2026-10-05T00:00:00', 4)] }))
        .services[0]?.credit;
    expect(of('service')).toMatchObject({ uncapped: '500.00', amount: '500.00' });
    expect(of('site')).toMatchObject({ uncapped: '650.00', amount: '650.00' });
  });

  const slots = (from: string, count: number, lost: number) =>
    Array.from({ length: count }, (_, index) => ({
      path: 'HKG>SIN',
      slot: new Date(Date.parse(`${from}+08:00`) + index * 1_800_000).toISOString(),
      sizes: [64, 128, 512].map((bytes) => ({ bytes, sent: 100, received: 100 - lost, rttSumUs: 0 })),
    }));
  const lossy = {
    kind: 'loss',
    id: 'loss',
    name: 'x',
    measure: 'absolute',
    steps: [{ over: 1, percent: 20 }],
  };
  const withLoss = (rule: Json, from: string, rounds: Json[], credit: Json = {}) =>
    judgeMonth(
      caseOf(
        monthCase([term({ start: from, paths: ['HKG>SIN'] })], {
          plan: plan({ causes: [rule], caps: [], ...credit }),
          rounds,
        }),
      ),
    ).services[0];

  test('a figure with too little coverage is not shown and pays nothing', () => {
    // One packet lost in one of 1488 rounds is no month.
    const one = withLoss(lossy, '2026-01-01', slots('2026-10-01T00:00:00', 1, 5));
    expect([one?.uncapped, one?.causes[1]?.notShown]).toEqual([0n, ['HKG>SIN']]);
    const almost = withLoss(lossy, '2026-10-30', slots('2026-10-30T00:00:00', 47, 5));
    expect([almost?.uncapped, almost?.causes[1]?.notShown]).toEqual([0n, ['HKG>SIN']]);
    const half = withLoss(lossy, '2026-10-30', slots('2026-10-30T00:00:00', 48, 5));
    expect(half?.uncapped).toBe(12_903n);
    expect(half?.causes[1]?.notShown).toEqual([]);
  });

  test('a service from the 30th is not credited for the 1st and the 2nd: the days are its own', () => {
    const days = { kind: 'failed-days', id: 'days', name: 'x', metric: 'loss', overPercent: 1, percent: 10 };
    const early = slots('2026-10-01T00:00:00', 96, 5);
    expect(withLoss(days, '2026-10-30', early)?.uncapped).toBe(0n);
    expect(withLoss(lossy, '2026-10-30', early)?.uncapped).toBe(0n);
    const late = [...early, ...slots('2026-10-30T00:00:00', 96, 0)];
    expect(withLoss(lossy, '2026-10-30', late)?.uncapped).toBe(0n);
    expect(withLoss(days, '2026-10-01', early)?.causes[1]?.reasons.map(({ subject }) => subject)).toEqual([
      '2026-10-01',
      '2026-10-02',
    ]);
  });

  test('time that leaves the period leaves the day: 12 h excused and 1.5 h down make 87.5 %', () => {
    const days = (below: number) => ({
      kind: 'failed-days',
      id: 'd',
      name: 'x',
      metric: 'availability',
      belowPercent: below,
      percent: 1,
    });
    const [only] = plan().versions;
    const of = (below: number, excusedTime: string) =>
      judgeMonth(
        caseOf(
          monthCase([term()], {
            plan: plan({ causes: [days(below)] }, { availability: { ...only.availability, excusedTime } }),
            outages: [down('l1', '2026-10-05T13:00:00', 1.5)],
            exclusions: [
              {
                kind: 'third-party',
                scope: { lines: ['l1'] },
                from: '2026-10-05T00:00:00+08:00',
                to: '2026-10-05T12:00:00+08:00',
              },
            ],
          }),
        ),
      ).services[0]?.causes[1]?.reasons.length;
    expect([of(87.6, 'remove-from-period'), of(87.5, 'remove-from-period')]).toEqual([1, 0]);
    expect([of(93.8, 'keep'), of(93.75, 'keep')]).toEqual([1, 0]);
  });
});

describe('a cap over a rolling year', () => {
  const rolling = plan({ caps: [{ per: 'site', over: 'rolling-year', percent: 3 }] });
  const c = (history: Json) =>
    monthCase([term({ start: '2026-08-01' })], {
      plan: rolling,
      outages: [down('l1', '2026-10-05T00:00:00', 9)],
      ...(history && { history }),
    });
  const past = (month: string) => ({
    month,
    service: 'a',
    site: 'site',
    currency: 'HKD',
    rent: '10000.00',
    credit: '0.00',
  });

  test('without the months before is a fault, and without some of them says which', () => {
    expect(faultsOf(c(null))).toEqual([
      '$.history is missing: the plan has a cap over a rolling year, and service "a" was there before 2026-10; it must be a list of what was billed and credited in the eleven months before, [] where nothing is known',
    ]);
    expect(resultOf(c([past('2026-09')]))).toMatchObject({
      services: [{ credit: { amount: '600.00' } }],
      unknownHistory: [{ per: 'site', group: 'site', months: ['2026-08'] }],
    });
    const whole = resultOf(c([past('2026-08'), past('2026-09')]));
    expect(whole.services[0]?.credit.amount).toBe('900.00');
    expect(whole).not.toHaveProperty('unknownHistory');
  });
});

describe('a site whose services have different plans', () => {
  const judged = (percents: readonly (number | null)[], hours: readonly number[]) => {
    const cases = percents.map((percent, index) => {
      const own = plan(
        { caps: percent === null ? [] : [{ per: 'site', over: 'month', percent }] },
        {
          classes: plan().versions[0].classes.map((each: Json) => ({
            ...each,
            steps: each.id === 'single' ? [{ below: 99.5, percent: 30 }] : [],
          })),
        },
      );
      own.id = `plan-${index}`;
      const line = `l${index + 1}`;
      const outages = (hours[index] ?? 0) > 0 ? [down(line, '2026-10-05T00:00:00', hours[index] ?? 0)] : [];
      const services = [
        term({ id: `s${index}`, lines: [line], monthlyRent: hkd(`${1000 * (index + 1)}.37`) }),
      ];
      return caseOf(monthCase(services, { plan: own, outages }));
    });
    return judgeMonths(cases.map((each) => ({ case: each })));
  };

  test('the lowest cap binds over all of its rents, and every plan knows the whole site', () => {
    const [first, second] = judged([20, 10], [9, 9]);
    // Rents 1000.37 + 2000.37; 10 % of 3000.74 is 300.07.
    expect(first?.sites).toEqual(second?.sites);
    expect(first?.sites).toMatchObject([{ rent: 300_074n, cap: 30_007n, credit: 30_007n }]);
    expect(first?.caps.map(({ plan: id, cap, lowest }) => [id, cap, lowest])).toEqual([
      ['plan-0', 60_015n, false],
      ['plan-1', 30_007n, true],
    ]);
    // 300.11 and 600.11 in proportion: 100.0355… and 200.0344…, the unit that is left to the larger remainder.
    expect([first?.services[0]?.amount, second?.services[0]?.amount]).toEqual([10_004n, 20_003n]);
  });

  test('the sum over a site never exceeds a cap, with any mix of plans', () => {
    const percent = fc.option(fc.integer({ min: 1, max: 40 }));
    fc.assert(
      fc.property(
        fc.array(percent, { minLength: 1, maxLength: 4 }),
        fc.array(fc.constantFrom(0, 2, 9), { minLength: 4, maxLength: 4 }),
        (percents, hours) => {
          const months = judged(percents, hours);
          const credits = months.flatMap(({ services }) => services.map(({ amount }) => amount));
          const total = credits.reduce((all, each) => all + each, 0n);
          for (const { caps } of months) for (const { cap } of caps) expect(total <= cap).toBe(true);
          for (const { sites } of months) expect(sites[0]?.credit).toBe(total);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('a service that can not be judged keeps no other from being judged', () => {
  const read = caseOf(monthCase([term(), term({ id: 'b', lines: ['l2'] })]));
  const broken = {
    ...read,
    services: read.services.map((each) => (each.id === 'a' ? { ...each, class: 'gone' } : each)),
  };
  const judged = judgeMonth(broken);
  expect(judged.services.map(({ terms }) => terms.id)).toEqual(['b']);
  expect(judged.unjudged.map(({ terms, reason }) => [terms.id, reason])).toEqual([
    ['a', 'plan ctg-cloud-connection has no class gone'],
  ]);
});

test('an excess over a latency commitment of 0 is no figure of the path, and judges no service that asks for it', () => {
  const read = caseOf(sampleCase());
  const { plan } = read;
  const share = { of: ratio(1n, 20n), text: '5 %' };
  const cause: QualityCause = {
    kind: 'latency',
    id: 'latency',
    name: { en: 'latency' },
    classes: null,
    onlyBelow: null,
    atMost: null,
    trafficClasses: null,
    measure: 'excess-percent',
    decimals: null,
    paths: 'worst',
    steps: [{ over: zero, inclusive: false, credit: share, perUnit: null }],
  };
  const broken = {
    ...read,
    commitments: read.commitments.map((each) => ({ ...each, latencyUs: zero })),
    plan: { ...plan, credit: { ...plan.credit, minimumCoverage: zero, causes: [cause] } },
  };
  const judged = judgeMonth(broken);
  expect(judged.paths.map(({ excess, latencyBand }) => [excess, latencyBand])).toEqual([[null, null]]);
  expect(judged.services.map(({ terms }) => terms.id)).toEqual(['svc-2']);
  expect(judged.unjudged.map(({ terms, reason }) => [terms.id, reason])).toEqual([
    ['svc-1', 'an excess in percent over a latency commitment of 0 is no figure'],
  ]);
});

describe('whatever the terms', () => {
  const day = fc.integer({ min: 0, max: 30 }).map((index) => addDays('2026-10-01', index));
  const interval = fc
    .record({
      line: fc.constantFrom('l1', 'l2'),
      at: fc.integer({ min: 0, max: 31 * 24 * 60 - 1 }),
      minutes: fc.integer({ min: 1, max: 4_000 }),
    })
    .map(({ line, at, minutes }) => {
      const from = Date.parse('2026-10-01T00:00:00+08:00') + at * 60_000;
      return {
        line,
        from: new Date(from).toISOString(),
        to: new Date(from + minutes * 60_000).toISOString(),
      };
    });
  const facts = fc.record({
    outages: fc.array(interval, { maxLength: 6 }),
    unobserved: fc.array(interval, { maxLength: 6 }),
    exclusions: fc.array(
      interval.map(({ line, from, to }) => ({ kind: 'third-party', scope: { lines: [line] }, from, to })),
      { maxLength: 4 },
    ),
  });
  const dual = term({ class: 'protected-dual', lines: ['l1', 'l2'] });
  const single = term({ id: 'b', lines: ['l3'] });

  test('splitting one into two equal ones changes nothing', () => {
    fc.assert(
      fc.property(facts, day, (given, on) => {
        const split = [
          { ...dual, end: on },
          { ...dual, start: on },
        ];
        expect(resultOf(monthCase([...split, single], given))).toEqual(
          resultOf(monthCase([dual, single], given)),
        );
      }),
      { numRuns: 80 },
    );
  });

  test('adding and removing a path changes nothing in availability and credit', () => {
    fc.assert(
      fc.property(facts, day, day, (given, a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        const terms = [
          ...(from > '2026-01-01' ? [{ ...dual, end: from }] : []),
          ...(from < to ? [{ ...dual, start: from, end: to, paths: ['HKG>SIN'] }] : []),
          { ...dual, start: to },
        ];
        expect(resultOf(monthCase(terms, given)).services).toEqual(
          resultOf(monthCase([dual], given)).services,
        );
      }),
      { numRuns: 80 },
    );
  });

  test('their order changes nothing', () => {
    fc.assert(
      fc.property(facts, day, fc.boolean(), (given, on, pause) => {
        const later = {
          ...term({ lines: ['l2'] }),
          start: pause ? addDays(on, 1) : on,
          monthlyRent: hkd('7777.77'),
        };
        fc.pre(later.start < '2026-11-01');
        const terms = [{ ...dual, end: on }, later];
        fc.pre(on > '2026-10-01');
        expect(resultOf(monthCase(terms.toReversed(), given))).toEqual(resultOf(monthCase(terms, given)));
      }),
      { numRuns: 80 },
    );
  });

  test('the lower bound never exceeds the availability, and met says what the two say', () => {
    fc.assert(
      fc.property(facts, (given) => {
        for (const { availability, met, serviceClass } of judgeMonth(caseOf(monthCase([dual, single], given)))
          .services) {
          const { lowerBound, availability: share } = availability;
          expect(compare(lowerBound, share)).toBeLessThanOrEqual(0);
          if (met === true) expect(compare(lowerBound, serviceClass.commitment)).toBeGreaterThanOrEqual(0);
          if (met === false) expect(compare(share, serviceClass.commitment)).toBeLessThan(0);
        }
      }),
      { numRuns: 80 },
    );
  });
});

describe('what a plan can say', () => {
  test.each([
    ['none', null],
    [48, 48],
  ])('a notice of %s', (notice, hours) => {
    const data = plan();
    data.versions[0].exclusions.plannedMaintenance = { notice };
    const read = planFromData(data);
    expect(read.ok && read.plan.versions[0]?.exclusions.plannedMaintenance.noticeHours).toBe(hours);
    const planned = {
      kind: 'planned-maintenance',
      scope: 'all',
      from: '2026-10-05T00:00:00+08:00',
      to: '2026-10-05T01:00:00+08:00',
    };
    expect(faultsOf(monthCase([term()], { plan: data, exclusions: [planned] }))).toHaveLength(
      hours === null ? 0 : 1,
    );
  });

  test('notice and its first name do not go together, and fewer packets can not be asked for than are sent', () => {
    const data = plan();
    data.versions[0].exclusions.plannedMaintenance = { notice: 'none', noticeHours: 3 };
    data.versions[0].measurement.minimumSent = 101;
    const read = planFromData(data);
    expect(read.ok ? [] : read.faults.map(({ at, what }) => [at.slice(2).join('.'), what])).toEqual([
      ['measurement.minimumSent', 'is more than the packets of a size'],
      ['exclusions.plannedMaintenance.noticeHours', 'says what notice says'],
    ]);
  });
});
