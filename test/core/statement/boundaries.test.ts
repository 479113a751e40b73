/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- a case that a test breaks in every way has no type */
import { describe, expect, test } from 'vitest';
import { resultOf, withAnyRounds, sampleCase, type Json } from '../../config/case/support.js';

/** 31 days of 2026-10. */
const monthMs = 2_678_400_000;
const start = Date.parse('2026-10-01T00:00:00+08:00');
const iso = (ms: number) => new Date(ms).toISOString();

function oneService(serviceClass: string, downMs: number, rent = '10000.00'): Json {
  const base = sampleCase();
  const lines = serviceClass === 'protected-dual' ? ['l1', 'l2'] : ['l1'];
  return {
    ...base,
    services: [
      {
        ...base.services[0],
        class: serviceClass,
        lines,
        start: '2026-01-01',
        monthlyRent: { amount: rent, currency: 'HKD' },
      },
    ],
    outages:
      downMs === 0
        ? []
        : lines.map((line) => ({ line, from: iso(start + 1000), to: iso(start + 1000 + downMs) })),
    unobserved: [],
    exclusions: [],
    rounds: [],
  };
}

const service = (c: Json): Json => resultOf(c).services[0];

/** Downtime at which the availability is exactly the bound. */
const downAt = (boundPercent: string) => {
  const [whole = '0', fraction = ''] = boundPercent.split('.');
  const hundredths = BigInt(whole + fraction.padEnd(2, '0'));
  return Number((BigInt(monthMs) * (10_000n - hundredths)) / 10_000n);
};

describe('a tier, one millisecond either side of its bound', () => {
  const steps: readonly [serviceClass: string, bound: string, above: string, below: string][] = [
    ['single', '99.5', '0', '5'],
    ['single', '99', '5', '10'],
    ['single', '98.5', '10', '20'],
    ['protected-single', '99.9', '0', '5'],
    ['protected-single', '99.5', '5', '10'],
    ['protected-single', '99', '10', '20'],
    ['protected-dual', '99.95', '0', '5'],
    ['protected-dual', '99.5', '5', '10'],
    ['protected-dual', '99', '10', '20'],
  ];
  test.each(steps)('%s at %s %%', (serviceClass, bound, above, below) => {
    const at = downAt(bound);
    expect(service(oneService(serviceClass, at - 1)).credit.percent).toBe(above);
    expect(service(oneService(serviceClass, at)).credit.percent).toBe(above);
    expect(service(oneService(serviceClass, at)).availabilityPercent).toBe(Number(bound).toFixed(4));
    expect(service(oneService(serviceClass, at + 1)).credit.percent).toBe(below);
  });

  test.each([
    ['single', '99.5'],
    ['protected-single', '99.9'],
    ['protected-dual', '99.95'],
    ['premium', '99.99'],
  ])('the commitment of %s is %s %%, met at exactly that', (serviceClass, commitment) => {
    const at = downAt(commitment);
    expect(service(oneService(serviceClass, at))).toMatchObject({ met: true, commitmentPercent: commitment });
    expect(service(oneService(serviceClass, at + 1))).toMatchObject({ met: false });
  });

  test('premium pays nothing, however long the outage', () => {
    expect(service(oneService('premium', monthMs - 1000)).credit).toEqual({
      percent: '0',
      uncapped: '0.00',
      amount: '0.00',
      capped: false,
    });
  });
});

describe('what is printed of an availability', () => {
  test.each([
    [0, '100.0000'],
    [1, '99.9999'],
    [monthMs - 1000, '0.0000'],
    [13_392_001, '99.4999'],
  ])('%d ms down: %s', (downMs, printed) => {
    expect(service(oneService('single', downMs)).availabilityPercent).toBe(printed);
  });
});

describe('an amount, one minor unit either side of a rounding', () => {
  // 5 % of the rent: …0.10 gives a half cent, which goes up.
  test.each([
    ['100.09', '5.00'],
    ['100.10', '5.01'],
    ['100.29', '5.01'],
    ['100.30', '5.02'],
  ])('5 %% of %s is %s', (rent, credit) => {
    expect(service(oneService('single', downAt('99.5') + 1, rent)).credit).toMatchObject({
      uncapped: credit,
      amount: credit,
    });
  });

  // One day of 31: 15.5 minor units go up, 15.4… do not.
  test.each([
    ['0.15', '0.00'],
    ['0.16', '0.01'],
    ['4.80', '0.15'],
    ['4.81', '0.16'],
  ])('one day of a rent of %s is %s', (rent, billed) => {
    const c = oneService('single', 0, rent);
    Object.assign(c.services[0], { start: '2026-10-31' });
    expect(service(c).rent.amount).toBe(billed);
  });

  test('the credit is taken from the printed rent, not from the exact one', () => {
    const c = oneService('single', monthMs - 1000, '10.00');
    // 11 days: 3.548387… printed 3.55; 20 % of that is 0.71, of the exact one too; 5 % would part at 0.1775.
    Object.assign(c.services[0], { start: '2026-10-21' });
    expect(service(c)).toMatchObject({ rent: { amount: '3.55' }, credit: { uncapped: '0.71' } });
  });
});

describe('unobserved time', () => {
  const unobserved = (ms: number) => {
    const c = oneService('single', 0);
    c.unobserved = [{ line: 'l1', from: iso(start), to: iso(start + ms) }];
    return service(c);
  };
  test('makes a statement incomplete above 1 % of the period, not at it', () => {
    expect(unobserved(monthMs / 100)).toMatchObject({ unobservedMs: monthMs / 100, complete: true });
    expect(unobserved(monthMs / 100 + 1)).toMatchObject({ complete: false, availabilityPercent: '100.0000' });
  });

  test('is counted while any line was unobserved, once, and is not reduced by anything', () => {
    const c = oneService('protected-dual', 60_000);
    c.unobserved = [
      { line: 'l1', from: iso(start), to: iso(start + 20_000) },
      { line: 'l2', from: iso(start + 10_000), to: iso(start + 30_000) },
      { line: 'l1', from: iso(start - 5_000), to: iso(start + 1) },
    ];
    c.exclusions = [{ kind: 'third-party', scope: 'all', from: iso(start), to: iso(start + 40_000) }];
    expect(service(c)).toMatchObject({ unobservedMs: 30_000, unavailableMs: 21_000, excusedMs: 39_000 });
  });
});

describe('quality', () => {
  const withRound = (sizes: Json, more: Json = {}) => {
    const c = oneService('single', 0);
    c.rounds = [{ path: 'HKG>SIN', slot: iso(start), sizes }];
    return resultOf(withAnyRounds({ ...c, ...more })).paths[0];
  };
  const withRoundOfPlan = (sizes: Json) =>
    resultOf({ ...oneService('single', 0), rounds: [{ path: 'HKG>SIN', slot: iso(start), sizes }] }).paths[0];
  const latencyOf = (rttSumUs: number, committed = '100.000') =>
    withRound([{ bytes: 64, sent: 1000, received: 1000, rttSumUs }], {
      commitments: [{ path: 'HKG>SIN', latencyMs: committed }],
    });

  // 100 ms committed over 1000 packets: 1 µs of the sum is a millionth of the commitment's percent.
  test.each([
    [110_049_999, '10.0', 'normal'],
    [110_050_000, '10.1', 'decline'],
    [120_049_999, '20.0', 'decline'],
    [120_050_000, '20.1', 'degraded'],
    [130_049_999, '30.0', 'degraded'],
    [130_050_000, '30.1', 'severe'],
    [100_000_000, '0.0', 'normal'],
    [99_950_001, '0.0', 'normal'],
    [99_950_000, '-0.1', 'normal'],
    [94_950_000, '-5.1', 'normal'],
    [94_950_001, '-5.0', 'normal'],
    [50_000_000, '-50.0', 'normal'],
  ])('a sum of %d µs: excess %s %%, %s', (sum, excess, band) => {
    expect(latencyOf(sum)).toMatchObject({ excessPercent: excess, latencyBand: band });
  });

  test('the excess comes from the exact mean, not from the printed one', () => {
    // 110.0499995 ms prints 110050 µs, and is 10.0 % over.
    expect(latencyOf(110_049_999)).toMatchObject({ latencyUs: 110_050, excessPercent: '10.0' });
  });

  test.each([
    [10, 'normal', 10_000],
    [11, 'decline', 11_000],
  ])('%d lost of 1000: %s', (lost, band, ppm) => {
    expect(withRound([{ bytes: 64, sent: 1000, received: 1000 - lost, rttSumUs: 0 }])).toMatchObject({
      lossBand: band,
      lossPpm: ppm,
    });
  });

  test('a loss is judged by its exact ratio, not by the printed one', () => {
    // 1 % and a 200,000,000th: prints 10000 ppm.
    const sizes = [{ bytes: 64, sent: 200_000_000, received: 200_000_000 - 2_000_001, rttSumUs: 0 }];
    expect(withRound(sizes)).toMatchObject({ lossPpm: 10_000, lossBand: 'decline' });
  });

  test.each([
    [1_999, 1_000, 2],
    [1_500, 1_000, 2],
    [1_499, 1_000, 1],
  ])('%d µs over %d packets prints %d', (sum, received, printed) => {
    expect(withRound([{ bytes: 64, sent: received, received, rttSumUs: sum }])).toMatchObject({
      latencyUs: printed,
    });
  });

  test('sizes weigh the same whatever was sent of them', () => {
    const sizes = [
      { bytes: 64, sent: 100, received: 100, rttSumUs: 1_000_000 },
      { bytes: 128, sent: 1, received: 1, rttSumUs: 40_000 },
    ];
    expect(withRound(sizes)).toMatchObject({ latencyUs: 25_000, lossPpm: 0 });
  });

  test('a size without a reply has a loss and no latency', () => {
    const sizes = [
      { bytes: 64, sent: 100, received: 0, rttSumUs: 0 },
      { bytes: 128, sent: 100, received: 100, rttSumUs: 3_000_000 },
    ];
    expect(withRound(sizes)).toMatchObject({ latencyUs: 30_000, lossPpm: 500_000, roundsHeld: 1 });
  });

  test('rounds weigh the same, and one without a reply has no latency', () => {
    const c = oneService('single', 0);
    const size = (received: number, rttSumUs: number) => [{ bytes: 64, sent: 100, received, rttSumUs }];
    c.rounds = [
      { path: 'HKG>SIN', slot: iso(start), sizes: size(100, 1_000_000) },
      { path: 'HKG>SIN', slot: iso(start + 1_800_000), sizes: size(1, 30_000) },
      { path: 'HKG>SIN', slot: iso(start + 3_600_000), sizes: size(0, 0) },
    ];
    expect(resultOf(withAnyRounds(c)).paths[0]).toMatchObject({
      latencyUs: 20_000,
      lossPpm: 663_333,
      roundsHeld: 3,
    });
  });

  test('nothing came back in the whole month: loss, and no latency', () => {
    expect(withRound([{ bytes: 64, sent: 100, received: 0, rttSumUs: 0 }])).toMatchObject({
      roundsHeld: 1,
      latencyUs: null,
      excessPercent: null,
      latencyBand: null,
      lossPpm: 1_000_000,
      lossBand: 'decline',
      raw: { roundsHeld: 1, latencyUs: null, lossPpm: 1_000_000 },
    });
  });

  const whole = [64, 128, 512].map((bytes) => ({ bytes, sent: 100, received: 100, rttSumUs: 1_000_000 }));
  const short = (sent: number) => [
    ...whole.slice(1),
    { bytes: 64, sent, received: sent, rttSumUs: sent * 10_000 },
  ];

  test.each([
    ['three whole sizes', whole, 1],
    ['90 of 100 packets of a size', short(90), 1],
    ['89 of 100 packets of a size', short(89), 0],
    ['a size of which nothing was sent', short(0), 0],
    ['a size too few', whole.slice(1), 0],
    // One packet that is lost is a third of the round's loss: 33.3 %.
    [
      'one packet of 512 bytes, and lost',
      [...whole.slice(0, 2), { bytes: 512, sent: 1, received: 0, rttSumUs: 0 }],
      0,
    ],
  ])('a round is held when every size of the plan counts: %s', (_, sizes, held) => {
    const result = withRoundOfPlan(sizes);
    expect(result).toMatchObject({ roundsHeld: held, raw: { roundsHeld: held } });
    expect(result?.lossPpm).toBe(held === 0 ? null : 0);
  });

  test('a round with nothing sent is missing', () => {
    expect(withRound([{ bytes: 64, sent: 0, received: 0, rttSumUs: 0 }])).toMatchObject({
      roundsHeld: 0,
      lossPpm: null,
      lossBand: null,
      raw: { roundsHeld: 0, latencyUs: null, lossPpm: null },
    });
  });

  test('an RTT of exactly 2 s is received, and one of a microsecond more is late', () => {
    expect(withRound([{ bytes: 64, rttUs: [2_000_000, 0] }])).toMatchObject({
      latencyUs: 1_000_000,
      lossPpm: 0,
    });
    expect(withRound([{ bytes: 64, rttUs: [2_000_001, 10] }])).toMatchObject({
      latencyUs: 10,
      lossPpm: 500_000,
    });
  });

  test.each(['unscheduled', 'aborted', 'overrun', 'invalid', 'failed', 'degraded-observer', 'missing'])(
    'a round of status %s is not held',
    (status) => {
      const c = oneService('single', 0);
      c.rounds = [
        {
          path: 'HKG>SIN',
          slot: iso(start),
          status,
          sizes: [{ bytes: 64, sent: 1, received: 1, rttSumUs: 1 }],
        },
      ];
      expect(resultOf(withAnyRounds(c)).paths[0]).toMatchObject({
        roundsHeld: 0,
        raw: { roundsHeld: 0 },
        coveragePercent: '0.00',
      });
    },
  );
});
