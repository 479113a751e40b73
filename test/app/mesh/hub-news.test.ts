import { describe, expect, test } from 'vitest';
import { createHubNews } from '../../../src/app/mesh/rows.js';
import { summarise } from '../../../src/core/measurement/figures.js';
import type { Round } from '../../../src/core/measurement/round.js';
import type { StoredRound } from '../../../src/core/merge.js';
import type { ObservedOutage, PortState } from '../../../src/core/watch/outage.js';
import { noRows } from '../../../src/store/row-store.js';
import { round, slot } from '../../support/rounds.js';
import { watchOf } from '../../support/watch.js';

const everyMs = 1_800_000;
const { watch: nothing } = noRows;

function hub() {
  const told: string[] = [];
  const say = (how: string) => ({
    roundStored: ({ path, slot: at }: Round) => void told.push(`${how} ${path} ${(at - slot) / everyMs}`),
    slotsMissing: (all: readonly { slot: number }[]) => void told.push(`${how} missing ${all.length}`),
    portState: (port: string, state: PortState) => void told.push(`${port} ${state}`),
    outageChanged: ({ port, observer, end, voided }: ObservedOutage) =>
      void told.push(`${port} ${voided ? 'voided' : end === null ? 'outage' : 'ended'} by ${observer}`),
  });
  const config = { measurement: { everyMs }, watch: watchOf([]) };
  const news = createHubNews({
    config: () => config as never,
    now: () => slot + 100 * everyMs,
    live: say('live'),
    late: say('late'),
  });
  const packets = (one: StoredRound) => (one.packed === null ? null : round().sizes);
  return {
    told,
    recall: news.recall,
    rounds: (...slots: number[]) => {
      const rows = slots.map((n) => ({
        ...summarise(round({ slot: slot + n * everyMs })),
        packed: Buffer.alloc(1),
      }));
      news.hear({ slots: rows, watch: nothing, packetsOf: packets });
    },
    hear: (watch: Partial<typeof nothing>) => {
      news.hear({ slots: [], watch: { ...nothing, ...watch }, packetsOf: packets });
    },
    swept: () => {
      const one = { ...summarise(round({ slot: slot + 99 * everyMs })), packed: null };
      const mark = { path: one.path, slot, status: 'missing', reason: 'asleep' } as const;
      news.hear({ slots: [one, mark], watch: nothing, packetsOf: packets });
    },
  };
}

const state = (observer: string, now: PortState, at: number) => ({
  observer,
  port: 'HKG',
  at,
  state: now,
  reason: null,
});
const outage = (observer: string, end: number | null): ObservedOutage => ({
  observer,
  port: 'HKG',
  start: { at: 5, earliest: 5, latest: 5 },
  openedAt: 6,
  inferred: [],
  voided: null,
  end: end === null ? null : { at: end, earliest: end, latest: end },
  closedAt: end,
});

describe('a hub that hears of its agents’ rows', () => {
  test('tells rounds of now in their order, and lets those of before be counted only', () => {
    const { told, rounds } = hub();
    rounds(99, 98, 3);
    rounds(99, 97);
    rounds(100);
    expect(told.map((line) => line.replace('LAB1>LAB2 ', ''))).toEqual([
      ...['late 3', 'live 98', 'live 99', 'late 97', 'late 99', 'live 100'],
    ]);
  });

  test('tells no figures of rounds without packets, and counts marks', () => {
    const { told, swept } = hub();
    swept();
    expect(told).toEqual(['late missing 1']);
  });

  test('says of a port what most of its observers say, whatever comes when', () => {
    const { told, hear } = hub();
    hear({ states: [state('A', 'up', 10), state('B', 'up', 10), state('C', 'up', 10)] });
    hear({ states: [state('A', 'down', 20)] });
    hear({ states: [state('B', 'down', 30), state('B', 'up', 25)] });
    hear({ states: [{ ...state('C', 'up', 40), port: null }] });
    hear({ states: [state('A', 'up', 50)] });
    expect(told).toEqual(['HKG up', 'HKG down', 'HKG up']);
  });

  test('begins a port’s outage when a quorum of its observers sees it, and ends it when none does', () => {
    const { told, hear } = hub();
    hear({ states: ['A', 'B', 'C'].map((observer) => state(observer, 'up', 1)) });
    hear({ outages: [outage('A', null)] });
    hear({ outages: [outage('A', 9)] });
    expect(told).toEqual(['HKG up']);
    hear({ outages: [outage('A', null)] });
    hear({ outages: [outage('B', null)] });
    hear({ outages: [outage('C', null)] });
    hear({ outages: [outage('A', 9)] });
    expect(told).toEqual(['HKG up', 'HKG outage by B']);
    hear({ outages: [outage('B', 9)] });
    hear({ outages: [outage('C', 9)] });
    expect(told).toEqual(['HKG up', 'HKG outage by B', 'HKG ended by B']);
  });

  test('a voided outage is taken back once, and no quorum of its own', () => {
    const { told, hear } = hub();
    hear({ states: ['A', 'B', 'C'].map((observer) => state(observer, 'up', 1)) });
    hear({ outages: [outage('A', null), outage('B', null)] });
    hear({ outages: [{ ...outage('A', null), voided: { at: 8, reason: 'isolated' } }] });
    hear({ outages: [{ ...outage('B', null), voided: { at: 8, reason: 'isolated' } }] });
    expect(told).toEqual(['HKG up', 'HKG outage by B', 'HKG voided by B']);
  });

  test('recalls how the ports were', async () => {
    const { told, recall } = hub();
    await recall({
      watchers: () => Promise.resolve([{ observer: 'A', port: 'HKG' }]),
      latestStates: () => Promise.resolve([state('A', 'down', 10)]),
      outages: () => Promise.resolve([outage('A', null)]),
    });
    expect(told).toEqual(['HKG down', 'HKG outage by A']);
  });
});
