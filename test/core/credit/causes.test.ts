/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return -- a case that a test breaks in every way has no type */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { faultsOf, resultOf, type Json } from '../../config/case/support.js';
import { root } from '../../support/source-files.js';

/** The built-in contract as data inside the case, with another credit section; a rent of 3000.00 for 30 days. */
function caseWith(credit: Json, more: Json = {}, version: Json = {}): Json {
  const plan: Json = parse(readFileSync(join(root, 'config/plans/ctg-cloud-connection.yaml'), 'utf8'));
  plan.id = 'own';
  const [only] = plan.versions;
  only.classes.find((each: Json) => each.id === 'single').steps = [];
  Object.assign(only.measurement, { minimumSent: 0 });
  Object.assign(only, { clauses: {}, rulings: {} }, version);
  // A round or two stand for a month here; how much of it has to be measured is tried by itself.
  only.credit = { ...only.credit, minimumCoveragePercent: 0, caps: [], ...credit };
  return {
    plan,
    month: '2026-09',
    lines: [
      { id: 'l1', pop: 'HKG' },
      { id: 'l2', pop: 'SIN' },
    ],
    services: [service('a', 'l1')],
    outages: [],
    commitments: [{ path: 'HKG>SIN', latencyMs: '100' }],
    ...more,
  };
}

const service = (id: string, line: string, more: Json = {}): Json => ({
  id,
  site: 'site',
  class: 'single',
  lines: [line],
  start: '2026-01-01',
  paths: ['HKG>SIN', 'SIN>HKG'],
  monthlyRent: { amount: '3000.00', currency: 'HKD' },
  ...more,
});
const start = Date.parse('2026-09-01T00:00:00+08:00');
const minute = 60_000;
const outage = (fromMs: number, ms: number, line = 'l1') => ({
  line,
  from: new Date(start + fromMs).toISOString(),
  to: new Date(start + fromMs + ms).toISOString(),
});
const amounts = (c: Json) => resultOf(c).services.map(({ credit }) => credit.amount);
const cause = (rule: Json) => ({ causes: [{ id: 'x', name: 'x', ...rule }] });

describe('credits by the unit of downtime', () => {
  const hourly = (rule: Json, ...outages: Json[]) =>
    amounts(
      caseWith(cause({ kind: 'downtime', unitMinutes: 60, fraction: '1/30', ...rule }), { outages }),
    )[0];

  test.each([
    ['started', 30 * minute, '0.00'],
    ['started', 30 * minute + 1, '100.00'],
    ['started', 90 * minute, '100.00'],
    ['started', 90 * minute + 1, '200.00'],
    ['full', 90 * minute - 1, '0.00'],
    ['full', 90 * minute, '100.00'],
    ['full', 150 * minute - 1, '100.00'],
    ['full', 150 * minute, '200.00'],
  ])('%s, %d ms with 30 minutes free: %s', (count, ms, amount) => {
    expect(hourly({ count, over: 'month', allowanceMinutes: 30 }, outage(0, ms))).toBe(amount);
  });

  test('the month adds its outages up, and each outage stands for itself', () => {
    const two = [outage(0, 40 * minute), outage(100 * minute, 40 * minute)];
    expect(hourly({ count: 'full', over: 'month' }, ...two)).toBe('100.00');
    expect(hourly({ count: 'full', over: 'outage' }, ...two)).toBe('0.00');
    expect(hourly({ count: 'started', over: 'outage' }, ...two)).toBe('200.00');
    expect(hourly({ count: 'started', over: 'outage', allowanceMinutes: 40 }, ...two)).toBe('0.00');
  });
});

test.each([
  [480 * minute, '0.00'],
  [480 * minute + 1, '300.00'],
])('long outages: %d ms gives %s', (ms, amount) => {
  const rule = cause({ kind: 'long-outages', longerThanMinutes: 480, percent: 10 });
  expect(amounts(caseWith(rule, { outages: [outage(0, ms)] }))).toEqual([amount]);
});

describe('failed days', () => {
  const day = 1440 * minute;
  test.each([
    [day / 10, '0.00'],
    [day / 10 + 1, '60.00'],
  ])('of availability: %d ms down on a day gives %s', (ms, amount) => {
    const rule = cause({ kind: 'failed-days', metric: 'availability', belowPercent: 90, percent: 2 });
    expect(amounts(caseWith(rule, { outages: [outage(0, ms)] }))).toEqual([amount]);
    // The same time over midnight fails no day.
    expect(amounts(caseWith(rule, { outages: [outage(day - ms / 2, Math.floor(ms / 2) * 2)] }))).toEqual([
      '0.00',
    ]);
  });

  const rounds = (...figures: [dayIndex: number, path: string, received: number, us: number][]) =>
    figures.map(([index, path, received, us]) => ({
      path,
      slot: new Date(start + index * day).toISOString(),
      sizes: [{ bytes: 64, sent: 100, received, rttSumUs: received * us }],
    }));

  test('of latency: over the commitment by more than so much', () => {
    const rule = cause({ kind: 'failed-days', metric: 'latency', overPercent: 10, fraction: '1/30' });
    const on = (us: number) =>
      amounts(
        caseWith(rule, {
          rounds: rounds([3, 'HKG>SIN', 100, us], [4, 'HKG>SIN', 100, us], [5, 'SIN>HKG', 100, 900_000]),
        }),
      );
    expect(on(110_000)).toEqual(['0.00']);
    expect(on(110_001)).toEqual(['200.00']);
  });

  test('of loss: the worst path counts, once a day', () => {
    const rule = cause({ kind: 'failed-days', metric: 'loss', overPercent: 2, fraction: '1/30' });
    const on = (received: number) =>
      amounts(
        caseWith(rule, {
          rounds: rounds([3, 'HKG>SIN', received, 1], [3, 'SIN>HKG', received, 1], [4, 'SIN>HKG', 100, 1]),
        }),
      );
    expect(on(98)).toEqual(['0.00']);
    expect(on(97)).toEqual(['100.00']);
  });
});

describe('steps on the quality of the month', () => {
  const on = (rule: Json, us: number, lost: number, otherLost = lost) =>
    amounts(
      caseWith(cause(rule), {
        rounds: [
          {
            path: 'HKG>SIN',
            slot: new Date(start).toISOString(),
            sizes: [{ bytes: 64, sent: 1000, received: 1000 - lost, rttSumUs: (1000 - lost) * us }],
          },
          {
            path: 'SIN>HKG',
            slot: new Date(start).toISOString(),
            sizes: [{ bytes: 64, sent: 1000, received: 1000 - otherLost, rttSumUs: 0 }],
          },
        ],
      }),
    )[0];
  const steps = [
    { over: 10, percent: 5 },
    { from: 20, percent: 10 },
  ];

  test.each([
    [110_000, '0.00'],
    [110_001, '150.00'],
    [119_999, '150.00'],
    [120_000, '300.00'],
  ])('latency of %d µs, exact: %s', (us, amount) => {
    expect(on({ kind: 'latency', measure: 'excess-percent', steps }, us, 0)).toBe(amount);
  });

  test.each([
    [110_049, '0.00'],
    [110_050, '150.00'],
    [119_949, '150.00'],
    [119_950, '300.00'],
  ])('latency of %d µs, to one decimal: %s', (us, amount) => {
    expect(on({ kind: 'latency', measure: 'excess-percent', decimals: 1, steps }, us, 0)).toBe(amount);
  });

  test('latency in milliseconds', () => {
    const rule = { kind: 'latency', measure: 'absolute', steps: [{ over: 150.5, percent: 5 }] };
    expect([on(rule, 150_500, 0), on(rule, 150_501, 0)]).toEqual(['0.00', '150.00']);
  });

  test('loss in percent, and over the commitment', () => {
    const absolute = { kind: 'loss', measure: 'absolute', steps: [{ over: 1, percent: 5 }] };
    expect([on(absolute, 0, 10), on(absolute, 0, 11)]).toEqual(['0.00', '150.00']);
    const excess = { kind: 'loss', measure: 'excess-percent', steps: [{ over: 50, percent: 5 }] };
    expect([on(excess, 0, 15), on(excess, 0, 16)]).toEqual(['0.00', '150.00']);
  });

  test('of the worst path, or of each', () => {
    const rule = {
      kind: 'loss',
      measure: 'absolute',
      steps: [
        { over: 1, percent: 5 },
        { over: 2, percent: 7 },
      ],
    };
    expect(on({ ...rule, paths: 'worst' }, 0, 15, 30)).toBe('210.00');
    expect(on({ ...rule, paths: 'each' }, 0, 15, 30)).toBe('360.00');
  });

  test('a path that a service names twice counts once', () => {
    const rule = cause({
      kind: 'loss',
      measure: 'absolute',
      paths: 'each',
      steps: [{ over: 1, percent: 5 }],
    });
    const c = caseWith(rule, {
      rounds: [
        {
          path: 'HKG>SIN',
          slot: new Date(start).toISOString(),
          sizes: [{ bytes: 64, sent: 10, received: 5, rttSumUs: 5 }],
        },
      ],
    });
    c.services[0].paths = ['HKG>SIN', 'HKG>SIN'];
    expect(amounts(c)).toEqual(['150.00']);
  });
});

describe('several causes', () => {
  const causes = [
    { kind: 'long-outages', id: 'long', name: 'x', longerThanMinutes: 60, percent: 4 },
    { kind: 'downtime', id: 'hours', name: 'x', unitMinutes: 60, count: 'full', percent: 3 },
  ];
  const outages = [outage(0, 120 * minute)];
  test.each([
    ['add', '300.00'],
    ['largest', '180.00'],
  ])('%s', (combine, amount) => {
    expect(amounts(caseWith({ combine, causes }, { outages }))).toEqual([amount]);
  });

  test('are each for the classes they name', () => {
    const [long, hours] = causes;
    expect(amounts(caseWith({ causes: [{ ...long, classes: ['premium'] }, hours] }, { outages }))).toEqual([
      '180.00',
    ]);
  });
});

describe('caps', () => {
  const always = cause({ kind: 'long-outages', longerThanMinutes: 1, percent: 30 });
  const outages = ['l1', 'l2'].map((line) => outage(0, 60 * minute, line));
  const two = (credit: Json, more: Json = {}, other: Json = {}) =>
    amounts(
      caseWith(
        { ...always, ...credit },
        { outages, services: [service('a', 'l1', more), service('b', 'l2', { ...more, ...other })] },
      ),
    );

  test('per service, site and customer', () => {
    expect(two({ caps: [{ per: 'service', over: 'month', percent: 10 }] })).toEqual(['300.00', '300.00']);
    expect(two({ caps: [{ per: 'site', over: 'month', percent: 10 }] })).toEqual(['300.00', '300.00']);
    expect(two({ caps: [{ per: 'site', over: 'month', fraction: '1/7' }] })).toEqual(['428.57', '428.57']);
    const customer = { caps: [{ per: 'customer', over: 'month', percent: 5 }] };
    expect(two(customer, { customer: 'c' }, { site: 'other' })).toEqual(['150.00', '150.00']);
    expect(two(customer, { customer: 'c' }, { customer: 'd' })).toEqual(['150.00', '150.00']);
  });

  test('a cap per customer needs to know the customer', () => {
    const c = caseWith({ caps: [{ per: 'customer', over: 'month', percent: 5 }] });
    expect(faultsOf(c)).toEqual([
      '$.services[0].customer is missing: the plan has a cap or a minimum per customer',
    ]);
  });

  test('of the rent as billed, or of the full one', () => {
    const half = { start: '2026-09-16' };
    const full = {
      base: 'full-month',
      caps: [{ per: 'site', over: 'month', of: 'full-month', percent: 20 }],
    };
    expect(two(full, half)).toEqual(['0.00', '0.00']);
    const late = outages.map((each) => ({ ...each, to: '2026-09-20T00:00:00Z' }));
    const of = (what: string) =>
      amounts(
        caseWith(
          { ...always, base: 'full-month', caps: [{ per: 'site', over: 'month', of: what, percent: 20 }] },
          { outages: late, services: [service('a', 'l1', half)] },
        ),
      );
    expect([of('billed'), of('full-month')]).toEqual([['300.00'], ['600.00']]);
  });

  test('over a rolling year, with the eleven months before', () => {
    const credit = { ...always, caps: [{ per: 'site', over: 'rolling-year', of: 'billed', percent: 10 }] };
    const past = (month: string, more: Json = {}) => ({
      month,
      service: 'a',
      site: 'site',
      currency: 'HKD',
      rent: '1000.00',
      credit: '100.00',
      ...more,
    });
    const on = (history: Json) => amounts(caseWith(credit, { outages, history }));
    // 10 % of 3000: 300.
    expect(on([])).toEqual(['300.00']);
    // 10 % of 4000, less 250.
    expect(on([past('2025-10', { credit: '250.00' })])).toEqual(['150.00']);
    expect(on([past('2025-09', { credit: '250.00' })])).toEqual(['300.00']);
    expect(on([past('2026-08', { credit: '400.01' })])).toEqual(['0.00']);
    expect(on([past('2026-08', { site: 'other' })])).toEqual(['300.00']);
    expect(on([past('2026-08', { currency: 'USD' })])).toEqual(['300.00']);
  });

  test('a history has its own faults', () => {
    const entry = { month: '2026-08', service: 'a', site: 's', currency: 'HKD', rent: '1', credit: '1' };
    expect(faultsOf(caseWith({}, { history: [entry, entry, { ...entry, month: '2026-09' }] }))).toEqual([
      '$.history[1] is given twice: "a" in 2026-08',
      '$.history[2].month must be a month from 1970-01 on, as "2026-10", before 2026-09, found "2026-09"',
    ]);
  });
});

describe('a minimum', () => {
  const on = (per: string, least: string) => {
    const credit = {
      ...cause({ kind: 'long-outages', longerThanMinutes: 1, percent: 1 }),
      minimumPayable: { per, amounts: { HKD: least } },
    };
    const outages = ['l1', 'l2'].map((line) => outage(0, 60 * minute, line));
    return amounts(caseWith(credit, { outages, services: [service('a', 'l1'), service('b', 'l2')] }));
  };
  test.each([
    ['service', '30.00', ['30.00', '30.00']],
    ['service', '30.01', ['0.00', '0.00']],
    ['site', '60.00', ['30.00', '30.00']],
    ['site', '60.01', ['0.00', '0.00']],
  ])('per %s of %s', (per, least, paid) => {
    expect(on(per, least)).toEqual(paid);
  });
});

describe('excused time that leaves the period', () => {
  const leaving = (exclusions: Json, outages: Json = [outage(0, 60 * minute)]) => {
    const plan = caseWith({}).plan.versions[0];
    const c = caseWith(
      {},
      { exclusions, outages },
      { availability: { ...plan.availability, excusedTime: 'remove-from-period' } },
    );
    return resultOf(c).services[0];
  };
  const excuse = (from: string, to: string) => ({ kind: 'third-party', scope: { lines: ['l1'] }, from, to });
  const monthMs = 30 * 1440 * minute;

  test('takes what was excused away from both sides of the ratio', () => {
    expect(leaving([excuse('2026-09-01T00:30:00+08:00', '2026-09-01T03:00:00+08:00')])).toMatchObject({
      period: { totalMs: monthMs - 150 * minute },
      unavailableMs: 30 * minute,
      excusedMs: 30 * minute,
      availabilityPercent: '99.9303',
    });
  });

  test('nothing left: 100 %, credit 0', () => {
    expect(
      leaving([excuse('2026-08-01T00:00:00Z', '2026-12-01T00:00:00Z')], [outage(0, monthMs)]),
    ).toMatchObject({
      period: { totalMs: 0 },
      unavailableMs: 0,
      availabilityPercent: '100.0000',
      met: true,
      credit: { percent: '0', amount: '0.00' },
    });
  });
});

describe('an allowance of planned maintenance', () => {
  const on = (per: string, used: number) => {
    const { exclusions } = caseWith({}).plan.versions[0];
    const version = {
      exclusions: { ...exclusions, plannedMaintenance: { noticeHours: 1, allowance: { hours: 1.5, per } } },
    };
    const window = (day: number) => ({
      kind: 'planned-maintenance',
      scope: 'all',
      noticeAt: '2026-08-01T00:00:00Z',
      from: `2026-09-0${day}T00:00:00+08:00`,
      to: `2026-09-0${day}T01:00:00+08:00`,
    });
    const more = {
      exclusions: [window(3), window(2)],
      outages: [outage(0, 5 * 1440 * minute)],
      maintenanceUsed: [{ line: 'l1', ms: used }],
    };
    return resultOf(caseWith({}, more, version)).services[0]?.excusedMs;
  };
  test('excuses so much in order of time', () => {
    expect([
      on('month', 0),
      on('month', 30 * minute),
      on('year', 0),
      on('year', 30 * minute),
      on('year', 90 * minute),
      on('year', 99 * 90 * minute),
    ]).toEqual([90, 90, 90, 60, 0, 0].map((each) => each * minute));
  });

  test('and notice has to be early enough', () => {
    const { exclusions } = caseWith({}).plan.versions[0];
    const version = {
      exclusions: { ...exclusions, plannedMaintenance: { noticeHours: 24, allowance: null } },
    };
    const from = '2026-09-02T00:00:00Z';
    const on = (noticeAt: string) =>
      faultsOf(
        caseWith(
          {},
          {
            exclusions: [
              { kind: 'planned-maintenance', scope: 'all', from, to: '2026-09-03T00:00:00Z', noticeAt },
            ],
          },
          version,
        ),
      );
    expect(on('2026-09-01T00:00:00Z')).toEqual([]);
    expect(on('2026-09-01T00:00:00.001Z')).toEqual([
      '$.exclusions[0].noticeAt is too late: planned maintenance needs the time of its notice, at least 24 h before "from"',
    ]);
  });
});

test('a plan inside a case has its faults with their JSON paths', () => {
  const c = caseWith({ base: 'gross' });
  c.plan.versions[0].classes[0].commitmentPercent = 101;
  expect(faultsOf(c)).toEqual([
    '$.plan.versions[0].classes[0].commitmentPercent is out of range; allowed: a percentage from 0 to 100, such as 99.95',
    '$.plan.versions[0].credit.base is not known; allowed: billed, full-month',
  ]);
});
