/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- a case that a test takes apart has no type */
import { describe, expect, test } from 'vitest';
import { faultsOf, resultOf, type Json } from '../../config/case/support.js';
import { detailsOf } from './details.js';

const minute = 60_000;
const monthStart = Date.parse('2026-09-01T00:00:00Z');
const iso = (ms: number) => new Date(monthStart + ms).toISOString();

/** A plan in UTC with a rent of 3000.00 for the 30 days of September, and rounds every five minutes. */
const plan = (version: Json = {}, credit: Json = {}, steps: Json[] = []): Json => ({
  id: 'own',
  name: 'own',
  versions: [
    {
      effectiveFrom: '2026-01-01',
      timeZone: 'UTC',
      measurement: { sizes: [64], lengthBasis: 'icmp', packets: 100, everyMinutes: 60, lostAfterMs: 2000 },
      exclusions: {
        plannedMaintenance: { notice: 'none' },
        forceMajeure: { noticeWithinDays: null, proof: false },
      },
      latency: { leavesOut: ['planned-maintenance'], bands: [{ id: 'any', name: 'any' }] },
      loss: { leavesOut: ['planned-maintenance'], commitmentPercent: 1, bands: [{ id: 'any', name: 'any' }] },
      classes: [{ id: 'one', name: 'one', commitmentPercent: 99.9, lines: 1, steps }],
      ...version,
      availability: {
        excusedTime: 'keep',
        excusedBy: ['planned-maintenance'],
        incompleteAbovePercent: 1,
        ...version['availability'],
      },
      credit: { base: 'full-month', combine: 'add', caps: [], ...credit },
    },
  ],
});

const caseOf = (own: Json, more: Json = {}, service: Json = {}): Json => ({
  plan: own,
  month: '2026-09',
  lines: [{ id: 'l1', pop: 'A' }],
  services: [
    {
      id: 's',
      site: 'site',
      class: 'one',
      lines: ['l1'],
      start: '2026-01-01',
      paths: ['A>B'],
      monthlyRent: { amount: '3000.00', currency: 'EUR' },
      ...service,
    },
  ],
  commitments: [{ path: 'A>B', latencyMs: '100' }],
  ...more,
});

/** A round at every hour; figures by the hour. */
const rounds = (figures: (hour: number) => Json, hours = 720) =>
  Array.from({ length: hours }, (_, hour) => {
    const { ms = 100, lost = 0, jitterMs } = figures(hour);
    const received = 100 - lost;
    return {
      path: 'A>B',
      slot: iso(hour * 60 * minute),
      sizes: [
        {
          bytes: 64,
          sent: 100,
          received,
          rttSumUs: ms * 1000 * received,
          ...(jitterMs !== undefined && { rttMinUs: (ms - jitterMs) * 1000 }),
        },
      ],
    };
  });

const outage = (fromMs: number, ms: number, reportedMs: number | null = null): Json => ({
  line: 'l1',
  from: iso(fromMs),
  to: iso(fromMs + ms),
  ...(reportedMs !== null && { reportedAt: iso(reportedMs) }),
});
const credit = (c: Json): string => resultOf(c).services[0]?.credit.amount ?? '';
const cause = (rule: Json): Json => ({ causes: [{ id: 'x', name: 'x', ...rule }] });

describe('a step per unit', () => {
  const availability = (step: Json, downMs: number) =>
    credit(caseOf(plan({}, {}, [{ below: 99.9, percent: 1, ...step }]), { outages: [outage(0, downMs)] }));
  // 0.1 % of September is 43.2 minutes.
  test.each([
    ['started', 43.2 * minute, '0.00'],
    ['started', 43.2 * minute + 1, '30.00'],
    ['started', 86.4 * minute, '30.00'],
    ['started', 86.4 * minute + 1, '60.00'],
    ['full', 86.4 * minute - 1, '0.00'],
    ['full', 86.4 * minute, '30.00'],
    ['full', 129.6 * minute, '60.00'],
  ])('of availability: %s, %d ms down gives %s', (count, ms, amount) => {
    expect(availability({ forEvery: 0.1, count }, ms)).toBe(amount);
  });

  test('is bounded', () => {
    expect(availability({ forEvery: 0.1, count: 'started', atMostPercent: 2.5 }, 24 * 60 * minute)).toBe(
      '75.00',
    );
    expect(availability({ forEvery: 0.1, count: 'started', atMostFraction: '1/30' }, 24 * 60 * minute)).toBe(
      '100.00',
    );
  });

  test.each([
    [100, 'over', 'started', '0.00'],
    [100.001, 'over', 'started', '30.00'],
    [103, 'over', 'started', '30.00'],
    [103.001, 'over', 'started', '60.00'],
    [102.999, 'over', 'full', '0.00'],
    [103, 'over', 'full', '30.00'],
    [100, 'from', 'started', '30.00'],
    [190, 'over', 'started', '600.00'],
  ])('of delay: a mean of %d ms, %s, %s gives %s', (ms, bound, count, amount) => {
    const step = { [bound]: 0, forEvery: 3, count, percent: 1, atMostPercent: 20 };
    const own = plan({}, cause({ kind: 'latency', measure: 'excess', steps: [step] }));
    expect(credit(caseOf(own, { rounds: rounds(() => ({ ms })) }))).toBe(amount);
  });
});

describe('jitter', () => {
  const own = (rule: Json = {}) =>
    plan(
      { jitter: { leavesOut: [], commitmentMs: 2 } },
      cause({ kind: 'jitter', measure: 'absolute', steps: [{ over: 2, percent: 5 }], ...rule }),
    );

  test.each([
    [2, '0.00'],
    [2.001, '150.00'],
  ])('is the mean less the least: %d ms gives %s', (jitterMs, amount) => {
    expect(credit(caseOf(own(), { rounds: rounds(() => ({ jitterMs })) }))).toBe(amount);
  });

  test('comes from single times as from their sum and least', () => {
    const times = rounds(() => ({})).map((round) => ({
      ...round,
      sizes: [{ bytes: 64, rttUs: Array.from({ length: 100 }, (_, n) => (n === 0 ? 90_000 : 95_000)) }],
    }));
    // 99 of the hundred took 5 ms more than the least: 4.95 ms in the mean.
    const details = detailsOf(caseOf(own(), { rounds: times }));
    expect(details.paths[0].jitter).toEqual({
      roundsDue: 720,
      roundsWithJitter: 720,
      jitterUs: 4950,
      commitmentUs: 2000,
    });
    expect(details.services[0].causes[1].reasons[0]).toMatchObject({
      subject: 'A>B',
      figure: '4.9500',
      unit: 'ms',
    });
  });

  test('is not shown of rounds that give sums alone: nothing is paid, and it is said', () => {
    const details = detailsOf(caseOf(own(), { rounds: rounds(() => ({})) }));
    expect(details.services[0].causes[1]).toMatchObject({ amount: '0.00', notShown: ['A>B'] });
    // Half of the rounds is enough by default.
    const half = rounds((hour) => (hour % 2 === 0 ? { jitterMs: 3 } : {}));
    expect(credit(caseOf(own(), { rounds: half }))).toBe('150.00');
  });

  test.each([
    [{ measure: 'excess', steps: [{ over: 1, percent: 10 }] }, 3, '0.00'],
    [{ measure: 'excess', steps: [{ over: 1, percent: 10 }] }, 3.5, '300.00'],
    [{ measure: 'excess-percent', steps: [{ from: 50, percent: 10 }] }, 3, '300.00'],
  ])('over its commitment: %j at %d ms gives %s', (rule, jitterMs, amount) => {
    expect(credit(caseOf(own(rule), { rounds: rounds(() => ({ jitterMs })) }))).toBe(amount);
  });
});

describe('windows', () => {
  const failed = (rule: Json, figures: (hour: number) => Json) =>
    detailsOf(
      caseOf(plan({}, cause({ kind: 'failed-windows', metric: 'loss', percent: 1, ...rule })), {
        rounds: rounds(figures),
      }),
    ).services[0].causes[1];
  const burst = (from: number, to: number, lost: number) => (hour: number) => ({
    lost: from <= hour && hour < to ? lost : 0,
  });

  test('sliding: one event is one failed period, the worst that holds it', () => {
    const judged = failed({ overPercent: 1, windowMinutes: 1440, windows: 'sliding' }, burst(36, 48, 10));
    expect(judged.reasons).toEqual([
      { subject: 'A>B 2026-09-02T00:00:00+00:00', figure: '5.0000', unit: 'percent', times: 1, share: '1 %' },
    ]);
  });

  test('sliding finds what calendar days cut in two', () => {
    // Six hours at 4.5 % on each side of midnight: 2.25 % of any such day, 1.125 % of each calendar day.
    const split = burst(42, 54, 5);
    expect(failed({ overPercent: 1.3, windowMinutes: 1440, windows: 'calendar' }, split).reasons).toEqual([]);
    expect(failed({ overPercent: 1.3, windowMinutes: 1440, windows: 'sliding' }, split).reasons).toHaveLength(
      1,
    );
  });

  test.each([
    [4.9, 2],
    [5, 0],
  ])('calendar hours: over %d %% are %d', (overPercent, count) => {
    const judged = failed({ overPercent, windowMinutes: 60, windows: 'calendar' }, (hour) => ({
      lost: hour === 5 || hour === 100 ? 5 : 0,
    }));
    expect(judged.reasons).toHaveLength(count);
  });

  test('a window with too few rounds is not shown', () => {
    const own = plan(
      {},
      cause({ kind: 'failed-windows', metric: 'loss', percent: 1, overPercent: 1, windowMinutes: 1440 }),
    );
    const judged = detailsOf(caseOf(own, { rounds: rounds(() => ({ lost: 50 }), 11) })).services[0].causes[1];
    expect([judged.amount, judged.notShown]).toEqual(['0.00', ['A>B, 30 windows']]);
    expect(credit(caseOf(own, { rounds: rounds(() => ({ lost: 50 }), 12) }))).toBe('30.00');
  });

  test('of latency, by the figure, the excess in ms and the excess in percent', () => {
    const figures = (hour: number) => ({ ms: hour === 7 ? 130 : 100 });
    const metric = { metric: 'latency', windowMinutes: 60, windows: 'calendar' };
    for (const [key, exactly] of [
      ['overMs', 130],
      ['overCommitmentMs', 30],
      ['overPercent', 30],
    ] as const) {
      expect(failed({ ...metric, [key]: exactly }, figures).reasons).toHaveLength(0);
      expect(failed({ ...metric, [key]: exactly - 1 }, figures).reasons).toHaveLength(1);
    }
  });

  test('are downtime where the plan says so, and maintenance excuses them', () => {
    const own = plan({
      availability: {
        degradedIsDown: [{ metric: 'loss', overPercent: 20, windowMinutes: 60, windows: 'calendar' }],
      },
    });
    const lossy = { rounds: rounds((hour) => ({ lost: hour === 10 || hour === 11 ? 21 : 20 })) };
    expect(resultOf(caseOf(own, lossy)).services[0]?.unavailableMs).toBe(120 * minute);
    // Together with an outage that shares half an hour with them.
    const outages = [outage(11.5 * 60 * minute, 60 * minute)];
    expect(resultOf(caseOf(own, { ...lossy, outages })).services[0]?.unavailableMs).toBe(150 * minute);
    const exclusions = [
      {
        kind: 'planned-maintenance',
        scope: { lines: ['l1'] },
        from: iso(10 * 60 * minute),
        to: iso(11 * 60 * minute),
      },
    ];
    expect(resultOf(caseOf(own, { ...lossy, exclusions })).services[0]?.unavailableMs).toBe(60 * minute);
  });
});

describe('classes of traffic', () => {
  const own = plan(
    {
      trafficClasses: [
        { id: 'voice', name: 'Voice', dscp: ['EF'], latencyMs: 50, lossPercent: 0.1 },
        { id: 'bulk', name: 'Bulk', dscp: [8, 'AF11'], latencyMs: 200 },
      ],
    },
    {
      causes: [
        { kind: 'latency', id: 'x', name: 'x', measure: 'excess', steps: [{ over: 0, percent: 5 }] },
        {
          kind: 'loss',
          id: 'y',
          name: 'y',
          measure: 'excess',
          trafficClasses: ['voice'],
          steps: [{ over: 0, percent: 10 }],
        },
      ],
    },
  );
  const at = (dscp: Json, ms: number, lost = 0) =>
    credit(
      caseOf(own, {
        commitments: [],
        ...(dscp !== null && { paths: [{ path: 'A>B', dscp }] }),
        rounds: rounds(() => ({ ms, lost })),
      }),
    );

  test.each([
    ['EF', 50, 0, '0.00'],
    ['EF', 51, 0, '150.00'],
    [46, 51, 0, '150.00'],
    ['AF11', 51, 0, '0.00'],
    ['CS1', 201, 0, '150.00'],
    [null, 500, 0, '0.00'],
    ['EF', 50, 1, '300.00'],
    ['AF11', 50, 2, '0.00'],
  ])('DSCP %s, %d ms, %d lost: %s', (dscp, ms, lost, amount) => {
    expect(at(dscp, ms, lost)).toBe(amount);
  });

  test("a path's own commitment comes first", () => {
    const c = caseOf(own, { paths: [{ path: 'A>B', dscp: 'EF' }], rounds: rounds(() => ({ ms: 90 })) });
    expect(credit(c)).toBe('0.00');
  });

  test('a code point that is none is a fault', () => {
    expect(faultsOf(caseOf(own, { paths: [{ path: 'A>B', dscp: 'XX' }] }))).toEqual([
      '$.paths[0].dscp must be a code point from 0 to 63, or its name: EF, VA, BE, CS0 to CS7, AF11 to AF43, found "XX"',
    ]);
  });
});

describe('when an outage begins and how it is counted', () => {
  const down = (outages: Json, ...all: Json[]) =>
    resultOf(caseOf(plan({ availability: { outages } }), { outages: all })).services.reduce(
      (ms, each) => ms + each.unavailableMs,
      0,
    ) / minute;

  test.each([
    ['detection', 20, 60],
    ['detection', null, 60],
    ['report', 20, 40],
    ['report', -30, 90],
    ['report', null, 0],
    ['earlier-of-report-and-detection', 20, 60],
    ['earlier-of-report-and-detection', -30, 90],
    ['earlier-of-report-and-detection', null, 60],
  ])('%s, reported after %s minutes: %d count', (startsAt, reported, minutes) => {
    const from = 600 * minute;
    expect(
      down({ startsAt }, outage(from, 60 * minute, reported === null ? null : from + reported * minute)),
    ).toBe(minutes);
  });

  test.each([
    [{ countedInMinutes: 5 }, 11, 15],
    [{ countedInMinutes: 5 }, 10, 10],
    [{ countedInMinutes: 5, count: 'full' }, 14, 10],
    [{ countedInMinutes: 5, count: 'full' }, 4, 0],
    [{ shortestMinutes: 5 }, 5, 5],
    [{ shortestMinutes: 5 }, 4, 0],
    [{ shortestMinutes: 5, countedInMinutes: 60 }, 6, 60],
  ])('%j: an outage of %d minutes counts %d', (rules, minutes, counted) => {
    expect(down(rules, outage(0, minutes * minute))).toBe(counted);
  });

  test('each outage is counted by itself, and together no more than the period', () => {
    expect(down({ countedInMinutes: 5 }, outage(0, minute), outage(2 * minute, minute))).toBe(10);
    expect(down({ countedInMinutes: 1000 }, outage(0, 43_100 * minute))).toBe(43_200);
  });

  test('a report after the end is a fault', () => {
    const c = caseOf(plan(), { outages: [outage(0, minute, minute)] });
    expect(faultsOf(c)).toEqual(['$.outages[0].reportedAt is not before "to": the outage was over by then']);
  });
});

describe('hours and tables of downtime', () => {
  const down = (rule: Json, ...outages: Json[]) =>
    credit(caseOf(plan({}, cause({ kind: 'downtime', ...rule })), { outages }));

  test.each([
    [43.2 * minute, '0.00'],
    [43.2 * minute + 1, '100.00'],
  ])('an hourly credit only below 99.9 %%: %d ms give %s', (ms, amount) => {
    const rule = { unitMinutes: 60, count: 'started', fraction: '1/30', onlyBelowPercent: 99.9 };
    expect(down(rule, outage(0, ms))).toBe(amount);
  });

  test('at most seven days, and the result says so', () => {
    const rule = { unitMinutes: 60, count: 'started', fraction: '1/30', atMostFraction: '7/30' };
    const c = caseOf(plan({}, cause({ kind: 'downtime', ...rule })), {
      outages: [outage(0, 9 * 60 * minute)],
    });
    expect(credit(c)).toBe('700.00');
    expect(detailsOf(c).services[0].causes[1]).toMatchObject({ limitedTo: '7/30', amount: '700.00' });
  });

  test.each([
    [240, '0.00'],
    [240.5, '120.00'],
    [480, '120.00'],
    [481, '300.00'],
  ])('time to repair of %d minutes gives %s', (minutes, amount) => {
    const steps = [
      { over: 240, percent: 4 },
      { over: 480, percent: 10 },
    ];
    expect(down({ over: 'outage', steps }, outage(0, minutes * minute))).toBe(amount);
    // Of the month together: two halves are one.
    const half = (minutes * minute) / 2;
    expect(down({ over: 'month', steps }, outage(0, half), outage(2 * half, half))).toBe(amount);
  });
});

describe('late delivery', () => {
  // Tuesday 2026-09-01 was agreed.
  const late = (rule: Json, start: string, more: Json = {}) =>
    credit(
      caseOf(
        plan({}, cause({ kind: 'late-delivery', percent: 10, unitDays: 5, count: 'started', ...rule })),
        {},
        {
          start,
          agreedStart: '2026-09-01',
          installationCharge: { amount: '1000.00', currency: 'EUR' },
          ...more,
        },
      ),
    );

  test.each([
    [{}, '2026-09-01', '0.00'],
    [{}, '2026-09-02', '300.00'],
    [{}, '2026-09-06', '300.00'],
    [{}, '2026-09-07', '600.00'],
    [{ days: 'weekdays' }, '2026-09-07', '300.00'],
    [{ days: 'weekdays' }, '2026-09-09', '600.00'],
    [{ count: 'full' }, '2026-09-05', '0.00'],
    [{ count: 'full' }, '2026-09-06', '300.00'],
    [{ allowanceDays: 5 }, '2026-09-06', '0.00'],
    [{ of: 'installation-charge' }, '2026-09-06', '100.00'],
    [{ of: 'installation-charge', atMostPercent: 25 }, '2026-09-30', '250.00'],
    [
      { unitDays: undefined, count: undefined, percent: undefined, steps: [{ over: 3, percent: 7 }] },
      '2026-09-04',
      '0.00',
    ],
    [
      { unitDays: undefined, count: undefined, percent: undefined, steps: [{ over: 3, percent: 7 }] },
      '2026-09-05',
      '210.00',
    ],
  ])('%j from %s: %s', (rule, start, amount) => {
    expect(late(rule, start)).toBe(amount);
  });

  test('is judged in the month of the actual start only', () => {
    expect(late({}, '2026-08-20', { agreedStart: '2026-08-01' })).toBe('0.00');
  });

  test('a charge in another currency is a fault', () => {
    const c = caseOf(plan(), {}, { installationCharge: { amount: '1', currency: 'JPY' } });
    expect(faultsOf(c)).toEqual([
      '$.services[0].installationCharge must be in the currency of the rent, EUR, found "JPY"',
    ]);
  });
});

describe('claims and invoices', () => {
  const claim = (rule: Json, ...outages: Json[]) => detailsOf(caseOf(plan({}, rule), { outages })).claim;

  test.each([
    [{ claimWithinDays: 30 }, { withinDays: 30, lastDay: '2026-10-30' }],
    [{ claim: { withinDays: 30 } }, { withinDays: 30, lastDay: '2026-10-30' }],
    [{ claim: { withinMonths: 1 } }, { withinMonths: 1, lastDay: '2026-10-31' }],
    [{ claim: { withinMonths: 5 } }, { withinMonths: 5, lastDay: '2027-02-28' }],
    [{}, null],
  ])('%j: %j', (rule, window) => {
    expect(claim(rule)).toEqual(window);
  });

  test('after each outage', () => {
    const c = caseOf(plan({}, { claim: { withinDays: 10, after: 'outage' } }), {
      outages: [outage(0, minute), outage(5 * 1440 * minute - minute, minute)],
    });
    expect(detailsOf(c).services[0].claim).toEqual({
      withinDays: 10,
      outages: [
        { from: '2026-09-01T00:00:00+00:00', lastDay: '2026-09-11' },
        { from: '2026-09-05T23:59:00+00:00', lastDay: '2026-09-15' },
      ],
      lastDay: '2026-09-11',
    });
  });

  test('paid on the next invoice', () => {
    expect(detailsOf(caseOf(plan({}, { paidOn: 'next-invoice' }))).paidOn).toEqual({
      invoice: 'next',
      month: '2026-10',
    });
    expect(detailsOf(caseOf(plan()))).not.toHaveProperty('paidOn');
  });
});

describe('caps over more than a month', () => {
  const history = (from: number) =>
    Array.from({ length: 9 - from }, (_, index) => ({
      month: `2026-0${from + index}`,
      service: 's',
      site: 'site',
      currency: 'EUR',
      rent: '3000.00',
      credit: '200.00',
    }));
  const capped = (cap: Json, entries: Json[], service: Json = {}) =>
    credit(
      caseOf(
        plan({}, { caps: [{ per: 'service', ...cap }] }, [{ below: 99.9, percent: 100 }]),
        { outages: [outage(0, 60 * minute)], history: entries },
        service,
      ),
    );

  test.each([
    // July and August: 400.00 were credited of 9000.00.
    ['quarter', 'billed', 10, 7, '500.00'],
    ['quarter', 'full-month', 20, 7, '200.00'],
    // January to August: 1600.00 of 27000.00.
    ['calendar-year', 'billed', 10, 1, '1100.00'],
    // From April on: 1000.00 of 18000.00.
    ['contract-year', 'billed', 10, 4, '800.00'],
    ['contract-year', 'full-month', 50, 4, '500.00'],
  ])('%s of %s: %d %%, known since month %d: %s', (over, of, percent, from, amount) => {
    expect(
      capped({ over, of, percent }, history(from), { start: from === 1 ? '2026-01-01' : '2025-04-10' }),
    ).toBe(amount);
  });

  test('no history is a fault, and a month that is not in it is said', () => {
    const own = plan({}, { caps: [{ per: 'service', over: 'quarter', percent: 10 }] });
    expect(faultsOf(caseOf(own))).toEqual([
      '$.history is missing: the plan has a cap over a quarter, and service "s" was there before 2026-09; it must be a list of what was billed and credited in the earlier months of it, [] where nothing is known',
    ]);
    expect(faultsOf(caseOf(own, {}, { start: '2026-09-02' }))).toEqual([]);
    const said = (from: number) => detailsOf(caseOf(own, { history: history(from) })).caps[0].unknownMonths;
    expect([said(8), said(7)]).toEqual([['2026-07'], []]);
  });
});
