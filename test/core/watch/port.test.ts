import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shortestSureMs } from '../../../src/core/watch/port.js';
import { downFrom, live, outagesOf, rules } from './support.js';

/** Even chances from a seed; the test's own, so that the same seed is the same world everywhere. */
function chances(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('a port that answers', () => {
  test('is up from its first answer on, and gets an echo every half second', () => {
    const { news, sent, port } = live({ untilMs: 60_000, answers: () => true });
    expect(news).toEqual([{ kind: 'standing', standing: 'up', at: 0 }]);
    expect(sent.length).toBe(120);
    expect(port.echoes.length).toBeLessThanOrEqual(1);
  });

  test('of a long way is not in doubt for that', () => {
    const { news, sent } = live({ untilMs: 60_000, rttMs: 900, answers: () => true });
    expect(news).toEqual([{ kind: 'standing', standing: 'up', at: 0 }]);
    expect(sent.length).toBeLessThan(140);
  });

  test('later than the threshold does not answer', () => {
    const { port } = live({ untilMs: 20_000, rttMs: 2_001, answers: () => true });
    expect(port.standing).toBe('down');
    expect(live({ untilMs: 20_000, rttMs: 2_000, answers: () => true }).port.standing).toBe('up');
  });
});

describe('an outage', () => {
  test('runs from the first unanswered echo to the first answered one, and says how sure both are', () => {
    const { news } = live({ untilMs: 60_000, answers: downFrom(10_210, 30_330) });
    const [outage] = outagesOf(news);
    expect(outage?.start).toEqual({ at: 10_500, earliest: 10_000, latest: 10_520 });
    expect(outage?.end).toMatchObject({ earliest: (outage?.end?.at ?? 0) - 200 });
    expect(outage?.end?.latest).toBe((outage?.end?.at ?? 0) + 20);
    expect(news.map((one) => one.kind)).toEqual(['standing', 'outage', 'standing', 'outage', 'standing']);
  });

  test('is opened when the echo and its whole burst stayed unanswered past the threshold, not before', () => {
    const { news } = live({ untilMs: 16_000, answers: downFrom(10_030, 60_000) });
    const [outage] = outagesOf(news);
    const lastOfBurst = 10_500 + 250 + 9 * 200;
    expect(outage?.openedAt).toBe(lastOfBurst + rules.thresholdMs);
  });

  test('is not opened when one echo of the burst comes through', () => {
    for (let spared = 1; spared <= 10; spared += 1) {
      const passes = 10_750 + (spared - 1) * 200;
      const { news, port } = live({
        untilMs: 20_000,
        answers: (at) => at < 10_100 || at === passes || at >= 12_700,
      });
      expect(outagesOf(news)).toEqual([]);
      expect(port.standing).toBe('up');
    }
  });

  test('ends with three answers in a row only', () => {
    const { news } = live({
      untilMs: 40_000,
      answers: (at) => at < 10_000 || (at >= 20_000 && at < 20_400) || at >= 25_000,
    });
    const [outage] = outagesOf(news);
    expect(outage?.end?.at).toBeGreaterThanOrEqual(25_000);
    expect(outage?.end?.at).toBeLessThan(25_200);
  });

  test('of a port that never answered begins with the watch', () => {
    const [outage] = outagesOf(live({ untilMs: 10_000, answers: () => false }).news);
    expect(outage?.start).toEqual({ at: 0, earliest: 0, latest: 0 });
  });

  test('of any length from the shortest sure one on is seen, and its truth lies inside the bounds', () => {
    fc.assert(
      fc.property(
        fc.record({
          rttMs: fc.integer({ min: 1, max: 300 }),
          phaseMs: fc.integer({ min: 0, max: 5_000 }),
          moreMs: fc.integer({ min: 0, max: 30_000 }),
          grainMs: fc.constantFrom(10, 25, 50),
        }),
        ({ rttMs, phaseMs, moreMs, grainMs }) => {
          const from = 10_000 + phaseMs;
          const to = from + shortestSureMs(rules, rttMs, grainMs) + moreMs;
          const { news } = live({
            untilMs: to + 10_000,
            rttMs,
            grainMs,
            answers: downFrom(from, to, rttMs),
          });
          const outages = outagesOf(news);
          expect(outages).toHaveLength(1);
          const [outage] = outages;
          expect(outage?.start.earliest).toBeLessThanOrEqual(from);
          expect(outage?.start.latest).toBeGreaterThanOrEqual(from);
          expect(outage?.end?.earliest).toBeLessThanOrEqual(to);
          expect(outage?.end?.latest).toBeGreaterThanOrEqual(to);
          const measured = (outage?.end?.at ?? 0) - (outage?.start.at ?? 0);
          expect(Math.abs(measured - (to - from))).toBeLessThanOrEqual(500 + rttMs + 2 * grainMs);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('loss', () => {
  // An echo and its ten are all lost with a chance of 0.2^11 = 2e-8; 1,000 s have some 2,000 echoes: 4e-5 in all.
  test('of a fifth of the packets for 1,000 s is no outage', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const chance = chances(seed);
        const { news } = live({ untilMs: 1_000_000, grainMs: 50, answers: () => chance() >= 0.2 });
        expect(outagesOf(news)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  test('of a fifth does not hide an outage, nor end it early', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const chance = chances(seed);
        const isUp = downFrom(100_000, 160_000);
        const { news } = live({
          untilMs: 220_000,
          grainMs: 50,
          answers: (at) => isUp(at) && chance() >= 0.2,
        });
        const outages = outagesOf(news);
        expect(outages).toHaveLength(1);
        expect(outages[0]?.end?.at).toBeGreaterThanOrEqual(160_000);
        expect(outages[0]?.start.at).toBeLessThan(100_600);
      }),
      { numRuns: 30 },
    );
  });
});

describe('time in which nobody watched', () => {
  const gap = (from: number, to: number) => [
    { atMs: to, input: { kind: 'blinded', from, reason: 'stalled' } as const },
    { atMs: to, input: { kind: 'observed-again', at: to } as const },
  ];

  test('in an outage that goes on after it is inferred, and the outage stays one', () => {
    const { news } = live({
      untilMs: 100_000,
      answers: downFrom(10_000, 80_000),
      idle: (at) => at >= 30_000 && at < 60_000,
      inputs: gap(30_000, 60_000),
    });
    const outages = outagesOf(news);
    expect(outages).toHaveLength(1);
    expect(outages[0]?.inferred.at(-1)).toMatchObject({ to: 60_000 });
    expect(outages[0]?.end?.at).toBeGreaterThanOrEqual(80_000);
  });

  test('in which the port came back ends its outage where it was last seen, with the gap as the bound', () => {
    const { news, port } = live({
      untilMs: 100_000,
      answers: downFrom(10_000, 45_000),
      inputs: gap(30_000, 60_000),
      idle: (at) => at >= 30_000 && at < 60_000,
    });
    const [outage] = outagesOf(news);
    expect(outage?.inferred).toEqual([]);
    expect(outage?.end?.at).toBe(30_000);
    expect(outage?.end?.earliest).toBeGreaterThan(27_000);
    expect(outage?.end?.latest).toBeGreaterThanOrEqual(60_000);
    expect(port.standing).toBe('up');
  });

  test('drops a doubt', () => {
    const { news } = live({
      untilMs: 100_000,
      answers: downFrom(29_000, 60_000),
      inputs: gap(30_000, 60_000),
      idle: (at) => at >= 30_000 && at < 60_000,
    });
    expect(outagesOf(news)).toEqual([]);
  });

  test('because the observer could not send is that of those echoes, and no outage', () => {
    const { news, port } = live({
      untilMs: 60_000,
      answers: () => true,
      sends: (at) => at < 20_000 || at >= 40_000,
    });
    expect(outagesOf(news)).toEqual([]);
    expect(news.slice(1)).toEqual([
      { kind: 'blinded', from: 20_000, reason: 'not-sent' },
      { kind: 'observed-again', blind: { from: 20_000, to: 40_000, reason: 'not-sent' }, standing: 'up' },
    ]);
    expect(port.blind).toBeNull();
  });

  test('voids what was opened in it, and nothing older', () => {
    const voided = (openAt: number) =>
      outagesOf(
        live({
          untilMs: 60_000,
          answers: downFrom(openAt, 80_000),
          inputs: [{ atMs: 40_000, input: { kind: 'void', since: 30_000, at: 40_000, reason: 'isolated' } }],
        }).news,
      ).map((outage) => outage.voided);
    expect(voided(29_000)[0]).toEqual({ at: 40_000, reason: 'isolated' });
    expect(voided(20_000)).toEqual([null]);
  });

  test('at the end of a watch closes the outage that lasts', () => {
    const { news, port } = live({
      untilMs: 40_000,
      answers: downFrom(10_000, 80_000),
      inputs: [{ atMs: 39_990, input: { kind: 'cut', at: 39_990 } }],
    });
    expect(outagesOf(news)[0]?.end).toEqual({ at: 39_990, earliest: 39_990, latest: 39_990 });
    expect(port.standing).toBe('unknown');
  });
});

test('whatever happens, outages are in order, do not overlap, and lie in what happened', () => {
  const input = fc.oneof(
    fc.record({
      kind: fc.constant('blinded' as const),
      reason: fc.constantFrom('stalled' as const, 'isolated' as const),
    }),
    fc.record({ kind: fc.constant('observed-again' as const) }),
    fc.record({ kind: fc.constant('void' as const) }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 120_000 }), input), { maxLength: 6 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 120_000 }), fc.integer({ min: 0, max: 20_000 })), {
        maxLength: 5,
      }),
      fc.integer(),
      (events, downs, seed) => {
        const chance = chances(seed);
        const { news, port } = live({
          untilMs: 120_000,
          grainMs: 50,
          answers: (at) => chance() >= 0.1 && downs.every(([from, ms]) => downFrom(from, from + ms)(at)),
          inputs: events.map(([at, what]) => ({
            atMs: at,
            input:
              what.kind === 'blinded'
                ? { kind: 'blinded', from: at, reason: what.reason }
                : what.kind === 'observed-again'
                  ? { kind: 'observed-again', at }
                  : { kind: 'void', since: at - 10_000, at, reason: 'isolated' },
          })),
        });
        const outages = outagesOf(news);
        let before = -1;
        for (const { start, end, openedAt, voided } of outages) {
          expect(start.at).toBeGreaterThan(before);
          expect(start.earliest).toBeLessThanOrEqual(start.at);
          expect(start.latest).toBeGreaterThanOrEqual(start.at);
          expect(openedAt).toBeGreaterThanOrEqual(start.at);
          if (end) {
            expect(end.at).toBeGreaterThanOrEqual(start.at);
            expect(end.earliest).toBeLessThanOrEqual(end.at);
            expect(end.latest).toBeGreaterThanOrEqual(end.at);
          }
          before = end?.at ?? (voided ? start.at : Infinity);
        }
        expect(port.standing === 'down').toBe(port.outage !== null);
        // What is remembered is bounded: some seconds of echoes, a burst of ten with each that is in doubt.
        expect(port.echoes.length).toBeLessThan(200);
      },
    ),
    { numRuns: 150 },
  );
});
