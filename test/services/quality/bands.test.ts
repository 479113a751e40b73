import { describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { formatHalfUp } from '../../../src/core/number.js';
import { plansOfPath, storedBands } from '../../../src/services/quality.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import { packets, round, sample } from '../../store/support.js';
import { bandsConfig } from '../../support/bands.js';

const everyMs = 1_800_000;
const newest = Date.UTC(2026, 9, 12, 3, 30);
const path = 'HKG>SIN';

async function stored() {
  const loaded = await loadConfig(bandsConfig());
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { config } = loaded;
  const store = await openSqliteStore({ path: config.store.path });
  onTestFinished(() => store.close());
  const at = (slot: number, rttUs: number) =>
    store.rounds.put(round({ slot, sizes: [64, 128, 512].map((b) => sample(b, packets(rttUs, rttUs))) }));
  for (let back = 0; back < 96; back += 1) await at(newest - back * everyMs, back === 0 ? 46_000 : 35_000);
  return { config, store };
}

describe('the bands of a stored path', () => {
  test('are those of its newest round, of 24 h and of the month, with their coverage', async () => {
    const { config, store } = await stored();
    const [plan] = plansOfPath(config.book, path, newest);
    if (!plan) throw new Error('no plan judges the path');
    const query = { rounds: store.rounds, config, plan, path, exclusions: [] } as const;
    const bands = await storedBands({ ...query, now: newest + 120_000 });
    expect(bands.map(({ window }) => window.kind)).toEqual(['round', 'last-24h', 'month-to-date']);
    expect(bands.map(({ latencyBand }) => latencyBand?.id)).toEqual(['severe', 'normal', 'normal']);
    expect(bands.map(({ latency }) => [latency.held, latency.due])).toEqual([
      [1, 1],
      [48, 48],
      [96, 552],
    ]);
    expect(bands[1]?.latency.latencyUs && formatHalfUp(bands[1].latency.latencyUs, 3)).toBe('35229.167');
  });

  test('wait for a round that is still measured, and say so when it never came', async () => {
    const { config, store } = await stored();
    const [plan] = plansOfPath(config.book, path, newest);
    if (!plan) throw new Error('no plan judges the path');
    const query = { rounds: store.rounds, config, plan, path, exclusions: [] } as const;
    const [early] = await storedBands({ ...query, now: newest + everyMs + 60_000 });
    expect(early?.window.from).toBe(newest);
    const [late] = await storedBands({ ...query, now: newest + 2 * everyMs - 60_000 });
    expect(late?.window.from).toBe(newest + everyMs);
    expect(late).toMatchObject({ latencyBand: null, lossBand: null, latency: { held: 0, due: 1 } });
  });

  test('leave out what was measured before the path was due', async () => {
    const { config, store } = await stored();
    const [plan] = plansOfPath(config.book, path, newest);
    if (!plan) throw new Error('no plan judges the path');
    const from = newest - 10 * everyMs;
    const paths = config.paths.map((one) => (one.id === path ? { ...one, from } : one));
    const dated = { ...config, paths };
    const query = { rounds: store.rounds, config: dated, plan, path, exclusions: [] } as const;
    const bands = await storedBands({ ...query, now: newest + 120_000 });
    expect(bands.map(({ latency }) => [latency.held, latency.due])).toEqual([
      [1, 1],
      [11, 11],
      [11, 11],
    ]);
  });

  test('are none before the plan is in force, and none for a path that no service uses', async () => {
    const { config, store } = await stored();
    const [plan] = plansOfPath(config.book, path, newest);
    if (!plan) throw new Error('no plan judges the path');
    const now = Date.UTC(2020, 0, 5);
    expect(await storedBands({ rounds: store.rounds, config, plan, path, exclusions: [], now })).toEqual([]);
    expect(plansOfPath(config.book, 'HKG>FRA', newest)).toEqual([]);
    expect(plansOfPath(config.book, path, Date.UTC(2025, 11, 1))).toEqual([]);
  });
});
