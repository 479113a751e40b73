import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { must } from '../lab/command.js';
import { threePops, writeConfig } from '../support/config-file.js';
import { freePort } from '../support/free-port.js';
import { builtMain, requires } from '../support/requires.js';
import { startRunning } from '../support/running.js';
import { tempDir } from '../support/temp-dir.js';

describe('a full disk under the log', () => {
  requires({ root: true, mount: true, commands: ['mount', 'umount'], built: true });

  test('log-disk-full: it goes on measuring, counts what it drops, and says so when there is room', async () => {
    const folder = tempDir();
    const logs = join(folder, 'logs');
    mkdirSync(logs);
    must(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'lab', logs]);
    onTestFinished(() => {
      must(['umount', '--lazy', logs]);
    });
    const port = await freePort();
    const config = writeConfig(folder, { http: { listen: `127.0.0.1:${port}` } });
    const log = join(logs, 'pop-sla.log');
    const out = openSync(log, 'a');
    const child = spawn(process.execPath, [builtMain, 'run', '--config', config], {
      cwd: folder,
      stdio: ['ignore', out, out],
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const metric = async (name: string): Promise<number> => {
      const text = await fetch(`http://127.0.0.1:${port}/metrics`).then((response) => response.text());
      return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
    };
    const lost = () => metric('pop_sla_daemon_log_lost_lines_total').catch(() => 0);
    const stored = () => metric('pop_sla_rounds_total\\{status="ok"\\}').catch(() => 0);
    const wait = { timeout: 60_000, interval: 200 };
    await expect.poll(stored, wait).toBeGreaterThan(0);
    try {
      for (let n = 0; ; n += 1) writeFileSync(join(logs, `ballast-${n}`), Buffer.alloc(4096));
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
    }
    await expect.poll(lost, wait).toBeGreaterThan(2);
    const before = await stored();
    await expect.poll(stored, wait).toBeGreaterThan(before);
    for (let n = 0; n < 16; n += 1) rmSync(join(logs, `ballast-${n}`), { force: true });
    const said = () =>
      /"lost":(\d+),"msg":"\d+ lines of the log were lost \(ENOSPC\)"/.exec(readFileSync(log, 'utf8'));
    await expect.poll(said, wait).not.toBeNull();
    expect(Number(said()?.[1])).toBeGreaterThan(2);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    const torn = readFileSync(log, 'utf8')
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith('{') || !line.endsWith('}'));
    expect(torn.length, 'one line is cut where the disk was full').toBeLessThanOrEqual(1);
  });
});

describe('the log', () => {
  requires({ built: true });

  test('path-turn: says with figures that a path got worse, and that it is normal again', async () => {
    const at = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();
    const running = startRunning({
      changes: {
        pops: threePops,
        ...({ commitments: [{ path: 'HKG>SIN', latency: '35ms' }] } as object),
        driver: {
          kind: 'simulated',
          seed: 7,
          rules: [{ delay: '2ms' }, { address: '127.0.0.12', from: at(10), to: at(20), delay: '70ms' }],
        },
      },
    });
    const worse = await running.daemon.waitForLog(
      'a turn for the worse',
      ({ msg }) => msg === 'a path is worse than it was',
      {
        timeoutMs: 60_000,
      },
    );
    expect(worse).toMatchObject({
      level: 'warn',
      path: 'HKG>SIN',
      committedMs: '35.000',
      latencyBand: 'severe',
      lossPercent: '0.00',
      lossBand: 'normal',
      slot: expect.stringMatching(/Z$/) as unknown,
    });
    expect(Number(worse['latencyMs'])).toBeGreaterThan(65);
    expect(Number(worse['excessPercent'])).toBeGreaterThan(85);
    const again = await running.daemon.waitForLog(
      'its recovery',
      ({ msg }) => msg === 'a path is normal again',
      {
        timeoutMs: 60_000,
      },
    );
    expect(again).toMatchObject({ level: 'info', path: 'HKG>SIN', latencyBand: 'normal' });
    const turns = running.daemon.log().filter(({ msg }) => msg.startsWith('a path is'));
    expect(turns.filter(({ path }) => path !== 'HKG>SIN')).toEqual([]);
  });
});
