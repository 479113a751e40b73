/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- a case that a test breaks in every way has no type */
import { describe, expect, test } from 'vitest';
import { resultOf, sampleCase, withAnyRounds, type Json } from '../../config/case/support.js';

const at = (time: string) => `2026-10-12T${time}+08:00`;
const exclusion = (kind: string, scope: Json, from = '00:00:00', to = '01:00:00'): Json => ({
  kind,
  scope,
  from: at(from),
  to: at(to),
  noticeAt: '2026-10-01T00:00:00Z',
  proof: 'a letter',
});

/** l1 down from 0 to 1 o'clock, on a single service; rounds at every slot of that day on two paths. */
function base(exclusions: Json): Json {
  const sample = sampleCase();
  const rounds = [];
  for (const path of ['HKG>SIN', 'SIN>LAX']) {
    for (let slot = Date.parse(at('00:00:00')); slot < Date.parse(at('03:00:00')); slot += 1_800_000) {
      rounds.push({
        path,
        slot: new Date(slot).toISOString(),
        sizes: [{ bytes: 64, sent: 1, received: 1, rttSumUs: 1 }],
      });
    }
  }
  const service = { ...sample.services[1], lines: ['l1'], id: 'svc-2' };
  const outages = [{ line: 'l1', from: at('00:00:00'), to: at('01:00:00') }];
  return {
    ...sample,
    services: [service, { ...service, id: 'svc-3', lines: ['l3'] }],
    outages,
    unobserved: [],
    exclusions,
    rounds,
  };
}

const hour = 3_600_000;
const outcome = (exclusions: Json) => {
  const result = resultOf(withAnyRounds(base(exclusions)));
  const [service] = result.services;
  return [service?.excusedMs, ...result.paths.map((path) => path.roundsDue)];
};

describe('what an exclusion covers', () => {
  const kind = 'planned-maintenance';
  test.each([
    ['nothing', [], [0, 1488, 1488]],
    ['everything', [exclusion(kind, 'all')], [hour, 1486, 1486]],
    [
      'the PoP of the line, which is an end of one path',
      [exclusion(kind, { pops: ['HKG'] })],
      [hour, 1486, 1488],
    ],
    ['a PoP that is an end of both paths', [exclusion(kind, { pops: ['SIN'] })], [0, 1486, 1486]],
    ['the line', [exclusion(kind, { lines: ['l1'] })], [hour, 1488, 1488]],
    ['the service', [exclusion(kind, { services: ['svc-2'] })], [hour, 1488, 1488]],
    ['another service', [exclusion(kind, { services: ['svc-3'] })], [0, 1488, 1488]],
    ['a path', [exclusion(kind, { paths: ['SIN>LAX'] })], [0, 1488, 1486]],
    ['the other direction of a path', [exclusion(kind, { paths: ['LAX>SIN'] })], [0, 1488, 1488]],
    ['two of them', [exclusion(kind, { paths: ['SIN>LAX'], lines: ['l1'] })], [hour, 1488, 1486]],
    ['the same time twice', [exclusion(kind, 'all'), exclusion(kind, 'all', '00:30:00')], [hour, 1486, 1486]],
    ['part of the time', [exclusion(kind, 'all', '00:30:00', '02:00:00')], [hour / 2, 1485, 1485]],
  ])('%s', (_what, exclusions, expected) => {
    expect(outcome(exclusions)).toEqual(expected);
  });

  test.each(['emergency-maintenance', 'force-majeure', 'third-party'])(
    '%s excuses outages and leaves every slot',
    (other) => {
      expect(outcome([exclusion(other, 'all')])).toEqual([hour, 1488, 1488]);
    },
  );

  test.each(['customer-cause', 'customer-change', 'suspension'])(
    '%s excuses outages of its services',
    (other) => {
      expect(outcome([exclusion(other, { services: ['svc-2'] })])).toEqual([hour, 1488, 1488]);
    },
  );

  test('slots are left out by the half-open interval', () => {
    expect(outcome([exclusion(kind, 'all', '00:00:00.001', '00:30:00')])[1]).toBe(1488);
    expect(outcome([exclusion(kind, 'all', '00:00:00', '00:30:00.001')])[1]).toBe(1486);
  });

  test('rounds that are left out stay in raw', () => {
    const [path] = resultOf(withAnyRounds(base([exclusion(kind, 'all', '00:00:00', '01:30:00')]))).paths;
    expect(path).toMatchObject({ roundsDue: 1485, roundsHeld: 3, raw: { roundsHeld: 6 } });
  });

  test('a month that is all maintenance has no coverage', () => {
    const all = {
      ...exclusion(kind, 'all'),
      from: '2026-09-01T00:00:00Z',
      to: '2026-12-01T00:00:00Z',
      noticeAt: '2026-08-01T00:00:00Z',
    };
    expect(resultOf(withAnyRounds(base([all]))).paths[0]).toMatchObject({
      roundsDue: 0,
      roundsHeld: 0,
      coveragePercent: null,
      latencyUs: null,
      lossPpm: null,
      lossBand: null,
      raw: { roundsHeld: 6, latencyUs: 1 },
    });
  });
});

describe('a service on several lines', () => {
  const dual = (outages: Json, exclusions: Json = []) => {
    const sample = sampleCase();
    const service = { ...sample.services[0], start: '2026-01-01' };
    return resultOf({ ...sample, services: [service], outages, unobserved: [], exclusions, rounds: [] })
      .services[0];
  };
  const out = (line: string, from: string, to: string) => ({ line, from: at(from), to: at(to) });

  test('is down while all of them are', () => {
    expect(dual([out('l1', '00:00:00', '02:00:00'), out('l2', '01:00:00', '03:00:00')])).toMatchObject({
      unavailableMs: hour,
      excusedMs: 0,
    });
    expect(dual([out('l1', '00:00:00', '02:00:00')])).toMatchObject({ unavailableMs: 0, excusedMs: 0 });
    expect(dual([out('l1', '00:00:00', '01:00:00'), out('l2', '01:00:00', '02:00:00')])).toMatchObject({
      unavailableMs: 0,
    });
  });

  test('takes exclusions from each line before', () => {
    const both = [out('l1', '00:00:00', '02:00:00'), out('l2', '00:00:00', '02:00:00')];
    expect(dual(both, [exclusion('third-party', { lines: ['l2'] })])).toMatchObject({
      unavailableMs: hour,
      excusedMs: hour,
    });
  });

  test('has no excused time where the other line was up anyway', () => {
    const only = [out('l1', '00:00:00', '02:00:00')];
    expect(dual(only, [exclusion('third-party', { lines: ['l1'] })])).toMatchObject({
      unavailableMs: 0,
      excusedMs: 0,
    });
  });
});

describe('services one after the other on a line', () => {
  test('are judged each on its own period, and an exclusion of a service is not that of the next on the line', () => {
    const sample = sampleCase();
    const service = { ...sample.services[1], lines: ['l1'] };
    const result = resultOf({
      ...sample,
      services: [
        { ...service, id: 'old', end: '2026-10-12' },
        { ...service, id: 'new', start: '2026-10-12' },
      ],
      outages: [{ line: 'l1', from: '2026-10-11T23:00:00+08:00', to: at('01:00:00') }],
      unobserved: [],
      exclusions: [
        {
          kind: 'suspension',
          scope: { services: ['old'] },
          from: '2026-10-01T00:00:00Z',
          to: '2026-10-20T00:00:00Z',
        },
      ],
    });
    expect(result.services).toMatchObject([
      { id: 'old', unavailableMs: 0, excusedMs: hour, rent: { amount: '1064.52' } },
      { id: 'new', unavailableMs: hour, excusedMs: 0, rent: { amount: '1935.48' } },
    ]);
  });

  test('entries of one id are one service: one period, one judgement, the class of the first day, one rent', () => {
    const sample = sampleCase();
    const service = { ...sample.services[1], lines: ['l1'] };
    const result = resultOf({
      ...sample,
      services: [
        { ...service, end: '2026-10-12' },
        {
          ...service,
          start: '2026-10-12',
          class: 'protected-single',
          monthlyRent: { amount: '6000.00', currency: 'HKD' },
        },
      ],
      outages: [{ line: 'l1', from: '2026-10-01T00:00:00Z', to: null }],
      unobserved: [],
      exclusions: [],
    });
    // 3000 × 11/31 + 6000 × 20/31 = 4935.483…: rounded once, and not 1064.52 + 3870.97.
    expect(result.services).toMatchObject([
      {
        id: 'svc-2',
        class: 'single',
        commitmentPercent: '99.5',
        period: {
          from: '2026-10-01T00:00:00+08:00',
          to: '2026-11-01T00:00:00+08:00',
          totalMs: 2_678_400_000,
        },
        rent: { amount: '4935.48' },
        credit: { percent: '20', uncapped: '987.10', amount: '987.10' },
      },
    ]);
    expect(result.sites).toEqual([
      { site: 'office-1', currency: 'HKD', rent: '4935.48', cap: '987.10', credit: '987.10' },
    ]);
  });
});

test('the cap binds by a rounding in the built-in plan, and goes by the largest remainder', () => {
  const sample = sampleCase();
  // 20 % of 0.13 is 0.026, half-up 0.03; twice that is 0.06, and 20 % of 0.26 is 0.052: 0.05.
  const service = { ...sample.services[1], monthlyRent: { amount: '0.13', currency: 'HKD' } };
  const result = resultOf({
    ...sample,
    services: [
      { ...service, id: 'b', lines: ['l1'] },
      { ...service, id: 'a', lines: ['l3'] },
    ],
    outages: ['l1', 'l3'].map((line) => ({ line, from: '2026-10-01T00:00:00Z', to: null })),
    unobserved: [],
    exclusions: [],
  });
  expect(result.sites).toEqual([
    { site: 'office-1', currency: 'HKD', rent: '0.26', cap: '0.05', credit: '0.05' },
  ]);
  expect(
    result.services.map(({ id, credit }) => [id, credit.uncapped, credit.amount, credit.capped]),
  ).toEqual([
    ['b', '0.03', '0.02', true],
    ['a', '0.03', '0.03', false],
  ]);
});
