import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDriver } from '../../probes/kinds.js';
import type { Happening, History } from '../../src/simulate/scenario/backbone.js';
import { writeScenario } from '../../src/simulate/scenario/scenario.js';
import { fanOut } from '../../src/engine/ports.js';
import { playWatch } from '../../src/simulate/watch.js';
import { weatherFrom } from '../../src/simulate/simulate.js';
import { parseConfig } from '../../src/config/parse.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { keptLog } from '../support/log.js';
import { tempDir } from '../support/temp-dir.js';

const minute = 60_000;
const from = Date.UTC(2026, 8, 1);

/** Everything that can happen to an observer at HKG, in three quarters of an hour. */
const happenings: Happening[] = [
  { kind: 'port-down', pop: 'SIN', from: from + 3 * minute + 123, to: from + 9 * minute + 456 },
  // Longer than a scene, and it begins while the other lasts.
  { kind: 'port-down', pop: 'FRA', from: from + 6 * minute + 7, to: from + 16 * minute + 1 },
  { kind: 'path-down', pops: ['LAX', 'HKG'], amount: 1, from: from + 18 * minute, to: from + 18.3 * minute },
  { kind: 'cut-off', pop: 'HKG', from: from + 20 * minute + 77, to: from + 25 * minute + 99 },
  // The daemon is stopped while a port is down, and crashes later on.
  { kind: 'port-down', pop: 'SIN', from: from + 27 * minute, to: from + 34 * minute },
  { kind: 'away', pop: 'HKG', how: 'stopped', from: from + 29 * minute + 333, to: from + 32 * minute + 1 },
  { kind: 'away', pop: 'HKG', how: 'crashed', from: from + 37 * minute + 1_250, to: from + 40 * minute },
];
const history: History = { period: { from, to: from + 45 * minute }, happenings, maintenance: [] };

async function played({ whole, jitter }: { readonly whole: boolean; readonly jitter: boolean }) {
  const { backbone, customers } = writeScenario({
    pops: 4,
    seed: 7,
    services: 0,
    from: '2026-09-01',
    until: '2026-10-01',
  });
  const quiet = backbone.links.map((link) => ({
    ...link,
    loss: 0,
    busyUs: 0,
    jitterUs: jitter ? link.jitterUs : 0,
  }));
  const scenario = { backbone: { ...backbone, links: quiet }, history, customers };
  const text = `agent: HKG\npops:\n${backbone.pops.map(({ id, ipv4 }) => `  - { id: ${id}, ipv4: ${ipv4} }\n`).join('')}`;
  const parsed = parseConfig(text, 'backbone.yaml', '/');
  if (!parsed.ok) throw new Error('the configuration of the test is wrong');
  const { config } = parsed;
  const store = await openSqliteStore({ path: join(tempDir(), 'watch.db'), bulk: true });
  const { log } = keptLog();
  const film = await playWatch({
    history,
    store: store.watch,
    events: fanOut([]),
    log,
    whole,
    settings: { observer: 'HKG', watch: config.watch, pops: config.pops, paths: config.paths },
    openDriver: (clock) =>
      openDriver('simulated', {
        log,
        clock,
        simulated: { seed: 7, rules: [], towards: weatherFrom(scenario, 'HKG') },
      }),
  });
  const { watch } = store;
  const rows = {
    outages: await watch.outages(),
    states: await watch.states(),
    spans: await watch.spans('HKG'),
    blind: await watch.blind(),
  };
  await store.close();
  const watchedMs = film.scenes.reduce((sum, scene) => sum + scene.to - scene.from, 0);
  return { rows, watchedMs };
}

describe('a watch that skips what is steady', () => {
  test('writes what one that lives through every second writes, to the millisecond', async () => {
    const whole = await played({ whole: true, jitter: false });
    const film = await played({ whole: false, jitter: false });
    expect(whole.watchedMs).toBe(45 * minute);
    expect(film.watchedMs).toBeLessThan(25 * minute);
    expect(film.rows).toEqual(whole.rows);
    // And there was something to be seen.
    expect(film.rows.outages.map(({ port }) => port).sort()).toEqual(
      expect.arrayContaining(['FRA', 'LAX', 'SIN', 'SIN']),
    );
    expect(film.rows.outages.some(({ inferred }) => inferred.length > 0)).toBe(true);
    expect(new Set(film.rows.blind.map(({ reason }) => reason))).toEqual(
      new Set(['stopped', 'crashed', 'isolated']),
    );
    expect(film.rows.spans).toHaveLength(4);
  });

  test('with jitter differs by no more than what the usual round trip is thought to be', async () => {
    const whole = await played({ whole: true, jitter: true });
    const film = await played({ whole: false, jitter: true });
    expect(film.rows.states).toEqual(whole.rows.states);
    expect(film.rows.spans).toEqual(whole.rows.spans);
    expect(film.rows.blind).toEqual(whole.rows.blind);
    const counted = ({ outages }: typeof film.rows) =>
      outages.map(({ port, start, end, openedAt }) => [
        port,
        start.at,
        start.earliest,
        end?.at,
        end?.earliest,
        openedAt,
      ]);
    expect(counted(film.rows)).toEqual(counted(whole.rows));
    for (const [index, { start, end }] of film.rows.outages.entries()) {
      const other = whole.rows.outages[index];
      expect(Math.abs(start.latest - (other?.start.latest ?? NaN))).toBeLessThanOrEqual(1);
      expect(Math.abs((end?.latest ?? 0) - (other?.end?.latest ?? 0))).toBeLessThanOrEqual(1);
    }
  });
});
