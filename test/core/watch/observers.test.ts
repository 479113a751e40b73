import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { intersect, totalMs, union, type Interval } from '../../../src/core/time/intervals.js';
import { isolatedSince, reachedAgainAt } from '../../../src/core/watch/attribution.js';
import { agree, kindsOfTime, unobservedIn, watchedBy } from '../../../src/core/watch/outage.js';
import { newPort, overdueMs, type PortWatch, shortestSureMs } from '../../../src/core/watch/port.js';
import { rules } from './support.js';

const at = (from: number, to: number): Interval => ({ from, to });
const period = at(0, 1_000);
const anyIntervals = fc.array(
  fc
    .tuple(fc.integer({ min: -100, max: 1_100 }), fc.integer({ min: 0, max: 300 }))
    .map(([from, ms]) => at(from, from + ms)),
  { maxLength: 6 },
);

describe('the figures', () => {
  test('an echo is overdue after four usual RTTs, 250 ms at the least and the threshold at the most', () => {
    expect([null, 20, 62.5, 100, 300, 900].map((rtt) => overdueMs(rules, rtt))).toEqual([
      250, 250, 250, 400, 1200, 2000,
    ]);
  });

  test('the shortest sure outage is an interval, a doubt, a burst and a round trip', () => {
    expect(shortestSureMs(rules, 20, 0)).toBe(500 + 250 + 1800 + 20);
    expect(shortestSureMs(rules, 200, 50)).toBe(500 + 800 + 1800 + 200 + 100);
  });
});

describe('several observers', () => {
  const watcher = (outages: Interval[], unobserved: Interval[] = []) => ({ outages, unobserved });

  test('count an outage while most of those who watch see it', () => {
    const three = [watcher([at(100, 300)]), watcher([at(200, 400)]), watcher([])];
    expect(agree('majority', three, period).down).toEqual([at(200, 300)]);
    expect(agree(1, three, period).down).toEqual([at(100, 400)]);
    expect(agree(3, three, period).down).toEqual([]);
  });

  test('leave out the one that is cut off, and need one at the least', () => {
    const two = [watcher([], [at(0, 500)]), watcher([at(400, 600)])];
    expect(agree('majority', two, period)).toEqual({ down: [at(400, 500)], unobserved: [] });
    expect(agree(2, two, period).down).toEqual([at(400, 500)]);
    expect(agree('majority', two.slice(1), period).down).toEqual([at(400, 600)]);
  });

  test('infer only while nobody watches', () => {
    const inferred = watcher([at(100, 900)], [at(300, 500)]);
    expect(agree('majority', [inferred], period)).toEqual({
      down: [at(100, 900)],
      unobserved: [at(300, 500)],
    });
    expect(agree('majority', [inferred, watcher([], [at(0, 250), at(500, 1000)])], period).down).toEqual([
      at(100, 250),
      at(500, 900),
    ]);
  });

  test('that say the same agree on just that', () => {
    fc.assert(
      fc.property(anyIntervals, fc.integer({ min: 1, max: 4 }), (outages, observers) => {
        const all = Array.from({ length: observers }, () => watcher(outages));
        const alone = agree('majority', all.slice(0, 1), period);
        expect(agree('majority', all, period)).toEqual(alone);
        expect(alone.unobserved).toEqual([]);
      }),
    );
  });

  test('of none nobody watches', () => {
    expect(agree('majority', [], period)).toEqual({ down: [], unobserved: [period] });
  });
});

describe('the four kinds of time', () => {
  test('are all of the period, and none of it twice', () => {
    fc.assert(
      fc.property(anyIntervals, anyIntervals, anyIntervals, (outages, excluded, unobserved) => {
        const kinds = kindsOfTime({ period, outages, excluded, unobserved });
        const sets = [kinds.up, kinds.down, kinds.excluded, kinds.unobserved];
        expect(union(...sets)).toEqual([period]);
        expect(sets.reduce((sum, set) => sum + totalMs(set), 0)).toBe(1_000);
        for (const [index, set] of sets.entries())
          for (const other of sets.slice(index + 1)) expect(intersect(set, other)).toEqual([]);
      }),
    );
  });

  test('an outage in time that nobody watched stands, and an excuse goes before both', () => {
    expect(
      kindsOfTime({ period, outages: [at(100, 500)], excluded: [at(0, 200)], unobserved: [at(150, 700)] }),
    ).toEqual({
      excluded: [at(0, 200)],
      down: [at(200, 500)],
      unobserved: [at(500, 700)],
      up: [at(700, 1_000)],
    });
  });
});

describe('what was observed', () => {
  test('is what heartbeats cover, less blind time, of a port that was watched', () => {
    const attendance = {
      spans: [at(0, 400), at(500, 1_000)],
      blind: [
        { from: 350, to: 550 },
        { from: 900, to: null },
      ],
      watched: [at(100, 2_000)],
    };
    expect(unobservedIn(period, attendance)).toEqual([at(0, 100), at(350, 550), at(900, 1_000)]);
  });

  test('begins with the first state of a port, and ends when it is left out', () => {
    const states = [
      { at: 10, state: 'up' },
      { at: 20, state: 'down' },
      { at: 30, state: 'unwatched' },
      { at: 50, state: 'up' },
    ];
    expect(watchedBy(states, 100)).toEqual([at(10, 30), at(50, 100)]);
    expect(watchedBy([], 100)).toEqual([]);
  });
});

describe('the observer is cut off', () => {
  const up: PortWatch = { ...newPort, standing: 'up', lastAnsweredAt: 90_000 };
  const down = (from: number, lastAnsweredAt: number | null = from - 500): PortWatch => ({
    ...newPort,
    standing: 'down',
    lastAnsweredAt,
    outage: {
      start: { at: from, earliest: from, latest: from },
      end: null,
      openedAt: from + 4_000,
      closedAt: null,
      inferred: [],
      voided: null,
    },
  });

  test('when all references fell silent at once, since the last answer of any', () => {
    expect(isolatedSince(rules, [down(10_000), down(10_400), down(10_100)])).toBe(9_900);
    expect(isolatedSince(rules, [down(10_000)])).toBe(9_500);
    expect(isolatedSince(rules, [down(10_000, null), down(10_100, null)])).toBe(10_000);
  });

  test('not while one answers, nor when they fell one after another', () => {
    expect(isolatedSince(rules, [down(10_000), down(10_100), up])).toBeNull();
    expect(isolatedSince(rules, [down(10_000), down(20_000)])).toBeNull();
    expect(isolatedSince(rules, [])).toBeNull();
  });

  test('also when another one had been down for long', () => {
    expect(isolatedSince(rules, [down(10_000), down(50_000), down(50_300)])).toBe(49_800);
  });

  test('until references answered as often as makes a port up, close together', () => {
    expect(reachedAgainAt(rules, [100, 300])).toBeNull();
    expect(reachedAgainAt(rules, [100, 9_000, 9_400, 9_200])).toBe(9_000);
  });
});
