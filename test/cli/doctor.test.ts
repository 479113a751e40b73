import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checksText } from '../../src/cli/commands/doctor.js';
import {
  check,
  type Check,
  checkClock,
  checkDataFolder,
  checkNames,
  checkPort,
} from '../../src/cli/doctor/checks.js';
import { clockSources } from '../../src/app/clock/sources.js';
import { createMetrics } from '../../src/metrics/metrics.js';
import { testConfig } from '../support/config.js';
import { runCli } from '../support/cli.js';
import { quickConfig } from '../support/quick-config.js';
import { tempDir } from '../support/temp-dir.js';

interface Printed {
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

async function examined(
  config: string,
): Promise<{ code: number; printed: Printed; of: (name: string) => Check | undefined }> {
  const run = await runCli(['doctor', '--json', '--config', config]);
  const printed = JSON.parse(run.stdout) as Printed;
  return { code: run.code, printed, of: (name) => printed.checks.find((one) => one.name === name) };
}

describe('doctor', () => {
  test('looks at everything, and fails when one thing does', async () => {
    const { code, printed, of } = await examined(quickConfig(tempDir()));
    expect(printed.checks.map((one) => one.name).filter((name) => name !== 'other drivers')).toEqual([
      'configuration',
      'sending packets',
      'own addresses',
      'clock',
      'data folder',
      'database',
      'writer',
      'names',
      'files',
      'signing key',
      'port',
      'time zone data',
      'backup',
    ]);
    expect(of('sending packets')).toMatchObject({ status: 'ok', detail: 'driver simulated works' });
    expect(of('database')?.detail).toContain('is not there yet');
    const failed = printed.checks.filter((one) => one.status === 'fail');
    expect(printed.ok).toBe(failed.length === 0);
    expect(code).toBe(failed.length === 0 ? 0 : 1);
    // What fails comes with what to do.
    expect(failed.filter((one) => one.remedy === null)).toEqual([]);
  });

  test('says what is wrong with the configuration', async () => {
    const file = join(tempDir(), 'bad.yaml');
    writeFileSync(file, 'agent: 1\n');
    const { code, of } = await examined(file);
    expect(code).toBe(1);
    expect(of('configuration')).toMatchObject({ status: 'fail' });
    expect(of('configuration')?.detail).toContain('bad.yaml:1');
  });

  test('reads the whole database', async () => {
    const folder = tempDir();
    const config = quickConfig(folder);
    await runCli(['probe', 'LAB2', '--store', '--config', config]);
    expect((await examined(config)).of('database')).toMatchObject({ status: 'ok' });
    writeFileSync(join(folder, 'data', 'pop-sla.db'), 'no database '.repeat(2_000));
    const { of } = await examined(config);
    expect(of('database')).toMatchObject({ status: 'fail' });
    expect(of('database')?.remedy).toContain('pop-sla backup FILE');
  });

  test('prints a line per check, its remedy below', () => {
    const text = checksText(
      [check('clock', 'fail', 'off', 'set it'), check('names', 'unknown', 'who knows')],
      false,
    );
    expect(text).toBe('FAIL     clock  off\n                -> set it\nunknown  names  who knows\n');
  });
});

describe('the clock', () => {
  const source = (name: string, state: { synchronised: boolean; offsetMs: number | null } | null) => ({
    name,
    ask: () => Promise.resolve(state),
  });

  test('is what the first source that knows says', async () => {
    const sources = [
      { name: 'gone', ask: () => Promise.reject(new Error('ENOENT')) },
      source('dumb', null),
      source('chronyc', { synchronised: true, offsetMs: 0.25 }),
      source('other', { synchronised: false, offsetMs: null }),
    ];
    expect(await checkClock(sources)).toMatchObject({
      status: 'ok',
      detail: 'synchronised, says chronyc, 0.250 ms off',
    });
  });

  test('fails where a source says that it is not in step', async () => {
    expect(await checkClock([source('the kernel', { synchronised: false, offsetMs: null })])).toMatchObject({
      status: 'fail',
      remedy: expect.stringContaining('chrony') as string,
    });
  });

  test('is unknown, not ok, where nobody knows', async () => {
    expect(await checkClock([source('dumb', null)])).toMatchObject({ status: 'unknown' });
  });

  test('is answered by this machine', async () => {
    const kernel = clockSources.find((one) => one.name === 'the kernel');
    expect(typeof (await kernel?.ask())?.synchronised).toBe('boolean');
  });
});

describe('the data folder', () => {
  test('may be one that is made later', async () => {
    const folder = tempDir();
    const found = await checkDataFolder(join(folder, 'a', 'b', 'x.db'));
    expect(found.status).toBe('ok');
    expect(found.detail).toContain(`(to be made in ${folder})`);
  });

  test('fails where nothing can be written, with a remedy', async () => {
    expect(await checkDataFolder('/proc/pop-sla/x.db')).toMatchObject({
      status: 'fail',
      remedy: expect.stringContaining('store.path') as string,
    });
    const file = join(tempDir(), 'file');
    writeFileSync(file, '');
    expect((await checkDataFolder(join(file, 'x.db'))).status).toBe('fail');
  });
});

describe('names', () => {
  test('need none where every PoP has an address', async () => {
    expect((await checkNames(testConfig().pops.slice(0, 2))).status).toBe('ok');
  });

  test('are those that are probed', async () => {
    const [pop] = testConfig().pops.slice(2);
    if (!pop) throw new Error('no such PoP');
    expect((await checkNames([{ ...pop, host: 'localhost' }])).status).toBe('ok');
    const bad = await checkNames([{ ...pop, host: 'pop.invalid' }]);
    expect(bad).toMatchObject({ status: 'fail', remedy: expect.stringContaining('resolv.conf') as string });
    expect(bad.detail).toContain('pop.invalid');
  });
});

describe('the port', () => {
  const held = async (body: string): Promise<number> => {
    const server: Server = createServer((_request, response) => response.end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
    });
    return (server.address() as AddressInfo).port;
  };

  test('is free', async () => {
    expect(await checkPort({ host: '127.0.0.1', port: 0 })).toMatchObject({ status: 'ok' });
  });

  test('may be held by a pop-sla that runs', async () => {
    const metrics = createMetrics({ version: '1', node: 'v20', driver: 'simulated' });
    const port = await held(await metrics.text());
    expect(await checkPort({ host: '127.0.0.1', port })).toMatchObject({
      status: 'ok',
      detail: `127.0.0.1:${port} is held by a pop-sla that runs`,
    });
  });

  test('may not be held by another program', async () => {
    const port = await held('hello');
    expect(await checkPort({ host: '127.0.0.1', port })).toMatchObject({
      status: 'fail',
      remedy: expect.stringContaining(`sport = :${port}`) as string,
    });
  });

  test('is on an address of this machine', async () => {
    expect(await checkPort({ host: '192.0.2.1', port: 9720 })).toMatchObject({
      status: 'fail',
      detail: 'this machine has no address 192.0.2.1',
    });
  });
});
