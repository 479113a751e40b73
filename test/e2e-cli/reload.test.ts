import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { threePops, writeConfig } from '../support/config-file.js';
import { requires } from '../support/requires.js';
import { startRunning } from '../support/running.js';

requires({ built: true });

/** Rounds of two seconds, so that a reload finds some in flight. */
const measurement = { every: '4s', packets: 20, packetInterval: '100ms' } as const;
const tokyo = { id: 'TYO', name: 'Tokyo', ipv4: '127.0.0.14' };

const pathsOf = (body: string): string[] =>
  (JSON.parse(body) as { paths: { id: string }[] }).paths.map(({ id }) => id).sort();
const configLoaded = (metrics: string): string | undefined =>
  /^pop_sla_daemon_config_\w*(?:loaded|ok|successful)\w* ([01])$/m.exec(metrics)?.[1];

describe('SIGHUP', () => {
  test('with a bad file keeps the old configuration, and says so', async () => {
    const { daemon, config, get, round } = startRunning();
    await round('a round', ({ status }) => status === 'ok');
    expect(configLoaded((await get('/metrics')).body)).toBe('1');
    const good = readFileSync(config, 'utf8');

    writeFileSync(config, good.replace('"agent"', '"agnet"'));
    const after = daemon.log().length;
    daemon.signal('SIGHUP');
    await daemon.waitForLog(
      'the fault, with its place',
      (line) => /pop-sla\.yaml:\d+:\d+ agnet/.test(JSON.stringify(line)) && line.level === 'error',
      { after },
    );
    expect(configLoaded((await get('/metrics')).body)).toBe('0');
    expect(pathsOf((await get('/api/v1/paths')).body)).toEqual(['HKG>FRA', 'HKG>SIN']);
    const now = new Date().toISOString();
    await round('a round after it', ({ status, slot }) => status === 'ok' && slot > now);

    writeFileSync(config, good);
    daemon.signal('SIGHUP');
    await daemon.waitFor('the metric', async () =>
      configLoaded((await get('/metrics')).body) === '1' ? true : undefined,
    );
  });

  test('with a good file adds and removes PoPs, and loses no round in flight', async () => {
    const { daemon, folder, get, round, rounds } = startRunning({ changes: { measurement } });
    const first = await round('a round', ({ status }) => status === 'ok');
    await daemon.waitFor('rounds in flight', async () =>
      /^pop_sla_daemon_rounds_in_flight 2$/m.test((await get('/metrics')).body) ? true : undefined,
    );
    const pops = [...threePops.filter(({ id }) => id !== 'FRA'), tokyo];
    writeConfig(folder, { measurement, pops });
    daemon.signal('SIGHUP');
    await daemon.waitFor('the new paths', async () => {
      const paths = pathsOf((await get('/api/v1/paths')).body);
      return paths.includes('HKG>TYO') && !paths.includes('HKG>FRA') ? true : undefined;
    });

    // Both rounds that were in flight are held, that of the removed path too.
    await round('the round in flight of the removed path', ({ path, slot, status }) =>
      path === 'HKG>FRA' && slot > first.slot && status === 'ok' ? true : false,
    );
    const tyo = await round('a round of the new path', ({ path, status }) =>
      path === 'HKG>TYO' && status === 'ok' ? true : false,
    );
    const all = await rounds();
    expect(all.filter(({ status }) => status !== 'ok' && status !== 'unscheduled')).toEqual([]);
    expect(all.filter(({ path, slot }) => path === 'HKG>FRA' && slot >= tyo.slot)).toEqual([]);
    expect(all.find(({ path, slot }) => path === 'HKG>SIN' && slot === tyo.slot)?.status).toBe('ok');
    const metrics = (await get('/metrics')).body;
    expect(metrics).toContain('HKG>TYO');
    expect(metrics, 'a path that is gone has no series').not.toContain('HKG>FRA');
  });
});
