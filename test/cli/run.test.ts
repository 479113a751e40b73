import { describe, expect, test, vi } from 'vitest';
import { ProbeUnavailableError } from '../../probes/probe.js';
import * as app from '../../src/app.js';
import { deferred } from '../../src/cli/commands/run.js';
import type { AppPort } from '../../src/cli/context.js';
import { fakeSignals, runCli } from '../support/cli.js';
import { quickConfig } from '../support/quick-config.js';
import { tempDir } from '../support/temp-dir.js';

/** `run` with a daemon whose parts a test replaces, and whose signals it gives. */
function running(parts: Partial<app.Daemon> | Error, args: readonly string[] = []) {
  const signals = fakeSignals();
  const started = deferred<undefined>();
  const calls: string[] = [];
  const daemon = {
    address: 'http://127.0.0.1:1',
    reload: () => Promise.resolve(void calls.push('reload')),
    stop: () => Promise.resolve(void calls.push('stop')),
    ...(parts instanceof Error ? {} : parts),
  } as app.Daemon;
  const port: AppPort = {
    ...app,
    startDaemon: () => {
      started.resolve(undefined);
      return parts instanceof Error ? Promise.reject(parts) : Promise.resolve(daemon);
    },
  };
  const ended = runCli(['run', ...args], { onSignal: signals.onSignal, app: () => Promise.resolve(port) });
  return { signals, started: started.promise, ended, calls };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('run', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('stops in order at %s', async (signal) => {
    const { signals, started, ended, calls } = running({});
    await started;
    signals.send(signal);
    expect(await ended).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(calls).toEqual(['stop']);
    expect(signals.listening('SIGTERM') + signals.listening('SIGINT') + signals.listening('SIGHUP')).toBe(0);
  });

  test('ends at once at a second Ctrl-C', async () => {
    const { signals, started, ended } = running({ stop: () => new Promise(() => undefined) });
    await started;
    signals.send('SIGINT');
    await settled();
    signals.send('SIGINT');
    expect((await ended).code).toBe(0);
  });

  test('does not wait for ever for a daemon that does not stop', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { signals, started, ended } = running({ stop: () => new Promise(() => undefined) });
      await started;
      await settled();
      signals.send('SIGTERM');
      await settled();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(await ended).toMatchObject({
        code: 1,
        stderr: 'pop-sla: it did not stop in order within 5 s\n',
      });
    } finally {
      vi.useRealTimers();
    }
  });

  test('reads the configuration again at SIGHUP, one reading after the other', async () => {
    const order: string[] = [];
    let reading = 0;
    const { signals, started, ended } = running({
      reload: async () => {
        const nth = (reading += 1);
        order.push(`begin ${nth}`);
        await settled();
        order.push(`end ${nth}`);
      },
    });
    await started;
    await settled();
    signals.send('SIGHUP');
    signals.send('SIGHUP');
    await vi.waitFor(() => {
      expect(order).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
    });
    signals.send('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  test('makes up for a SIGHUP that came while it started', async () => {
    const { signals, started, ended, calls } = running({});
    signals.send('SIGHUP');
    await started;
    await vi.waitFor(() => {
      expect(calls).toEqual(['reload']);
    });
    signals.send('SIGTERM');
    await ended;
  });

  test('goes on when a reload fails', async () => {
    const { signals, started, ended } = running({ reload: () => Promise.reject(new Error('no memory')) });
    await started;
    await settled();
    signals.send('SIGHUP');
    await settled();
    signals.send('SIGTERM');
    const run = await ended;
    expect(run.code).toBe(0);
    expect(run.stderr).toBe('pop-sla: the configuration was not read again: Error: no memory\n');
  });

  test.each([
    [
      new ProbeUnavailableError('no raw socket', 'sudo setcap …', true),
      3,
      'pop-sla: no raw socket\nsudo setcap …\n',
    ],
    [
      new ProbeUnavailableError('no such kind', 'choose another', false),
      1,
      'pop-sla: no such kind\nchoose another\n',
    ],
    [
      new app.ListenError('http.listen 127.0.0.1:9720: taken'),
      1,
      'pop-sla: http.listen 127.0.0.1:9720: taken\n',
    ],
  ])('says why it can not start: %s', async (fault, code, stderr) => {
    expect(await running(fault).ended).toEqual({ code, stdout: '', stderr });
  });

  test('prints a defect with its stack, as a fault', async () => {
    const run = await running(new TypeError('x is not a function')).ended;
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^pop-sla: TypeError: x is not a function\n {4}at /);
  });

  test('runs the real daemon from its start to its end', async () => {
    const signals = fakeSignals();
    const out: string[] = [];
    const ended = runCli(['run', '--config', quickConfig(tempDir())], {
      onSignal: signals.onSignal,
      stdout: { write: (text: string) => out.push(text) },
    });
    await vi.waitFor(
      () => {
        expect(out.join('')).toContain('round stored');
      },
      { timeout: 10_000 },
    );
    signals.send('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
    expect(out.join('')).toContain('stopped');
  });

  test('refuses a bad configuration with every fault of it', async () => {
    const run = await runCli(['run', '--config', '/nowhere.yaml']);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain('/nowhere.yaml: does not exist');
  });
});
