import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  icmpErrorKinds,
  notSentReasons,
  type PacketOutcome,
  type SizeSample,
} from '../../../src/core/measurement/round.js';
import { decodePackets, encodePackets } from '../../../src/store/packets/codec.js';
import { packets, sample } from '../support.js';

const maxRttUs = 2 ** 31;
const rtt = fc.oneof(
  fc.integer({ min: 0, max: 50_000 }),
  fc.integer({ min: 0, max: 2_100_000 }),
  fc.integer({ min: 0, max: maxRttUs }),
  fc.constantFrom(0, 1, maxRttUs - 1, maxRttUs),
);
const outcome: fc.Arbitrary<PacketOutcome> = fc.oneof(
  { weight: 8, arbitrary: rtt.map((rttUs): PacketOutcome => ({ kind: 'received', rttUs })) },
  rtt.map((rttUs): PacketOutcome => ({ kind: 'late', rttUs })),
  fc.constant<PacketOutcome>({ kind: 'lost' }),
  fc.constantFrom(...icmpErrorKinds).map((error): PacketOutcome => ({ kind: 'error', error })),
  fc.constantFrom(...notSentReasons).map((reason): PacketOutcome => ({ kind: 'not-sent', reason })),
);
const count = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 2 ** 32 }));
const size: fc.Arbitrary<SizeSample> = fc.record({
  bytes: fc.oneof(fc.constantFrom(64, 128, 512), fc.integer({ min: 0, max: 65_515 })),
  packets: fc.array(outcome, { maxLength: 130, size: 'max' }),
  duplicates: count,
  mismatched: count,
});
const round = fc.array(size, { maxLength: 5 });

describe('the packing of packets', () => {
  test('gives back whatever was packed', () => {
    fc.assert(
      fc.property(round, (sizes) => {
        expect(decodePackets(encodePackets(sizes))).toEqual(sizes);
      }),
      { numRuns: 500 },
    );
  });

  test.each<[string, SizeSample[]]>([
    ['no size', []],
    ['a size without packets', [sample(64, [])]],
    ['one packet', [sample(64, packets(12_345))]],
    ['every packet lost', [sample(64, packets(...Array<null>(100).fill(null)))]],
    ['65,535 equal packets', [sample(64, packets(...Array<number>(65_535).fill(20_000)))]],
    [
      '65,535 packets far apart',
      [sample(512, packets(...Array.from({ length: 65_535 }, (_, n) => (n * 2_654_435_761) % maxRttUs)))],
    ],
    ['one that is far from the rest', [sample(64, packets(1, 1, 1, maxRttUs))]],
    [
      'equal numbers of packets, then another',
      [1, 1, 2, 0, 0].map((n) => sample(64, packets(...Array<null>(n).fill(null)))),
    ],
  ])('gives back %s', (_what, sizes) => {
    expect(decodePackets(encodePackets(sizes))).toEqual(sizes);
  });

  test('says its version in the first byte', () => {
    expect(encodePackets([])[0]).toBe(1);
  });

  test.each<[number]>([[-1], [0.5], [NaN], [Infinity], [maxRttUs + 1]])(
    'refuses an RTT of %s µs',
    (rttUs) => {
      expect(() => encodePackets([sample(64, [{ kind: 'late', rttUs }])])).toThrow(
        new RangeError(`an RTT must be a whole number from 0 to 2147483648, not ${rttUs}`),
      );
    },
  );

  test('refuses a count that is not one', () => {
    expect(() => encodePackets([{ ...sample(64, []), duplicates: -1 }])).toThrow(RangeError);
  });
});

describe('the bytes a packet takes', () => {
  /** Shapes of jitter, each from two uniform numbers; scaled to the standard deviation afterwards. */
  const shapes: Record<string, (u: number, v: number) => number> = {
    normal: (u, v) => Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v),
    uniform: (u) => u,
    exponential: (u) => -Math.log(1 - u),
    laplace: (u, v) => (v < 0.5 ? 1 : -1) * Math.log(1 - u),
    pareto: (u) => (1 - u) ** (-1 / 1.2),
    cauchy: (u) => Math.tan(Math.PI * (u - 0.5)),
    lognormal: (u, v) => Math.exp(2 * Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v)),
    'two values': (u) => (u < 0.5 ? 0 : 1),
    'three values': (u) => Math.floor(3 * u),
    'one in ten far away': (u, v) => (u < 0.9 ? v / 100 : 1),
    'one in fifty far away': (u, v) => (u < 0.98 ? v : 40),
    // The Rice code's worst: every distance just where the next quotient begins.
    'multiples of 512': (u, v) => (v < 0.05 ? 0 : u < 0.5 ? 512 : -512),
  };
  const deviation = (values: readonly number[]): number => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  };
  /** 100 whole microseconds about `mean` whose standard deviation is at most `us`. */
  const jitter = (
    shape: (u: number, v: number) => number,
    us: number,
    mean: number,
    random: () => number,
  ) => {
    const raw = Array.from({ length: 100 }, () => shape(random(), random()));
    const centre = raw.reduce((sum, value) => sum + value, 0) / raw.length;
    const scale = deviation(raw) === 0 ? 0 : us / deviation(raw);
    return raw.map((value) => Math.max(0, Math.round(mean + (value - centre) * scale)));
  };
  /** A small generator (mulberry32), so that fast-check can shrink by its seed. */
  const uniform = (seed: number) => {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
  };

  test.each(Object.entries(shapes))(
    'is at most 1.6 with a standard deviation up to 0.5 ms: %s',
    (_name, shape) => {
      fc.assert(
        fc.property(
          fc.integer(),
          fc.constantFrom(500, 499.5, 250, 20, 0),
          fc.constantFrom(500, 20_000, 131_071.5, 300_000, 1_999_000),
          fc.constantFrom(0, 0.01, 0.3, 1),
          (seed, us, mean, lossRate) => {
            const random = uniform(seed);
            const sizes = [64, 128, 512].map((bytes) =>
              sample(
                bytes,
                packets(
                  ...jitter(shape, us, mean, random).map((rttUs) => (random() < lossRate ? null : rttUs)),
                ),
              ),
            );
            const bytes = encodePackets(sizes);
            expect(bytes.length / 300).toBeLessThanOrEqual(1.6);
            expect(decodePackets(bytes)).toEqual(sizes);
          },
        ),
        { numRuns: 300 },
      );
    },
  );

  test('is at most 1.6 for any RTTs whose standard deviation is up to 0.5 ms', () => {
    const near = fc.array(fc.integer({ min: -2000, max: 2000 }), {
      minLength: 100,
      maxLength: 100,
      size: 'max',
    });
    const values = fc.tuple(near, fc.integer({ min: 600_000, max: 1_000_000 })).map(([distances, mean]) => {
      const scale = Math.min(1, 499 / Math.max(1, deviation(distances)));
      return distances.map((distance) => mean + Math.round(distance * scale));
    });
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        for (const rtts of [a, b, c]) expect(deviation(rtts)).toBeLessThanOrEqual(500);
        const bytes = encodePackets([
          sample(64, packets(...a)),
          sample(128, packets(...b)),
          sample(512, packets(...c)),
        ]);
        expect(bytes.length / 300).toBeLessThanOrEqual(1.6);
      }),
      { numRuns: 1000 },
    );
  });
});
