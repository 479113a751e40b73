import { describe, expect, test } from 'vitest';
import type { ObservedOutage } from '../../../src/core/watch/outage.js';
import { judgeStored } from '../../../src/services/months/judge.js';
import { serviceViews } from '../../../src/render/availability.js';
import {
  dayMs,
  hourMs,
  ledgerConfig,
  minuteMs,
  november,
  october,
  outage,
  watchedOctober,
} from '../../support/ledger.js';

const start = october + 9 * dayMs;
const seenBy = (observer: string, from: number, to: number): ObservedOutage => ({
  ...outage('SIN', from, to),
  observer,
});

/** HKG, FRA and NYC watched SIN through October; LAX watches another port only. */
async function threeObservers(outages: readonly ObservedOutage[]) {
  const { store, config } = await watchedOctober(ledgerConfig(), []);
  const states = ['FRA', 'NYC', 'LAX'].map((observer) => {
    const port = observer === 'LAX' ? 'TYO' : 'SIN';
    return { observer, port, at: october - hourMs, state: 'up', reason: null } as const;
  });
  const spans = states.map(({ observer }) => ({ observer, from: october - hourMs, to: november }));
  await store.watch.put({ outages, states, spans, blind: [] });
  const single = async (quorum = config.watch.quorum) => {
    const watch = { ...config.watch, quorum };
    const judged = await judgeStored({ store, config: { ...config, watch }, now: november }, '2026-10');
    return judged.flatMap(serviceViews).find(({ id }) => id === 'single');
  };
  return { store, single };
}

describe('several observers in the store', () => {
  const outages = [
    seenBy('HKG', start, start + 20 * minuteMs),
    seenBy('FRA', start + 10 * minuteMs, start + 30 * minuteMs),
  ];

  test('are all who have rows of a port: an outage counts while most of them see it', async () => {
    const { single } = await threeObservers(outages);
    expect(await single()).toMatchObject({ unavailableMs: 10 * minuteMs, unobservedMs: 0 });
    expect(await single(1)).toMatchObject({ unavailableMs: 30 * minuteMs });
    expect(await single(3)).toMatchObject({ unavailableMs: 0 });
  });

  test('have no voice while they are cut off, and unobserved is what none of them watched', async () => {
    const { store, single } = await threeObservers(outages);
    const cutOff = (observer: string, from: number, to: number) =>
      ({ observer, port: null, from, to, reason: 'isolated' }) as const;
    const blind = [
      cutOff('HKG', start + 20 * minuteMs, start + 40 * minuteMs),
      cutOff('NYC', start + 20 * minuteMs, start + 50 * minuteMs),
      cutOff('FRA', start + 35 * minuteMs, start + 40 * minuteMs),
    ];
    await store.watch.put({ outages: [], states: [], spans: [], blind });
    // From the 20th minute on FRA is alone: it sees the outage until the 30th.
    expect(await single()).toMatchObject({ unavailableMs: 20 * minuteMs, unobservedMs: 5 * minuteMs });
  });

  test('infer what none of them watched, by those that have a say in the port', async () => {
    const { store, single } = await threeObservers([
      seenBy('HKG', start, start + hourMs),
      seenBy('FRA', start, start + hourMs),
    ]);
    const blind = ['HKG', 'FRA', 'NYC', 'LAX'].map(
      (observer) =>
        ({
          observer,
          port: null,
          from: start + 10 * minuteMs,
          to: start + 20 * minuteMs,
          reason: 'crashed',
        }) as const,
    );
    await store.watch.put({ outages: [], states: [], spans: [], blind });
    expect(await single()).toMatchObject({ unavailableMs: hourMs, unobservedMs: 10 * minuteMs });
  });

  test('that is no more leaves the others: its open outage has no voice after its last heartbeat', async () => {
    const { store, config } = await watchedOctober(ledgerConfig(), []);
    const gone = { ...outage('SIN', start, null), observer: 'NYC' };
    await store.watch.put({
      outages: [gone],
      states: [{ observer: 'NYC', port: 'SIN', at: october - hourMs, state: 'up', reason: null }],
      spans: [{ observer: 'NYC', from: october - hourMs, to: start + minuteMs }],
      blind: [],
    });
    const judged = await judgeStored({ store, config, now: november }, '2026-10');
    expect(judged.flatMap(serviceViews)[0]).toMatchObject({ unavailableMs: 0, unobservedMs: 0 });
  });
});

describe('a port that nobody watches', () => {
  test('is unobserved for the whole month, and named', async () => {
    const { store, config } = await watchedOctober(ledgerConfig(), []);
    const lines = config.book.lines.map((line) => ({ ...line, pop: line.id === 'l1' ? 'HKG' : line.pop }));
    const own = { ...config, book: { ...config.book, lines } };
    const judged = await judgeStored({ store, config: own, now: november }, '2026-10');
    const [single, other] = judged.flatMap(serviceViews);
    expect(single).toMatchObject({
      unobservedMs: 31 * dayMs,
      unavailableMs: 0,
      complete: false,
      unwatchedPorts: ['HKG'],
    });
    expect(other).toMatchObject({ unobservedMs: 0, complete: true, unwatchedPorts: [] });
  });
});
