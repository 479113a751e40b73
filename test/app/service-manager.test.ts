import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createServiceManager } from '../../src/app/service-manager.js';
import { quickConfig } from '../support/quick-config.js';
import { startDaemon } from '../support/daemon.js';
import { keptLog } from '../support/log.js';
import { requires } from '../support/requires.js';
import { tempDir } from '../support/temp-dir.js';

describe('what the service manager is told', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const env = { NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' };
  function managed(over: Readonly<Record<string, string | undefined>> = {}) {
    const sent: string[] = [];
    const checks = { store: true, rounds: true, watch: true };
    const { log, lines } = keptLog();
    const manager = createServiceManager({
      env: { ...env, ...over },
      pid: 7,
      log,
      readiness: () =>
        Object.entries(checks).map(([name, ok]) => ({ name, ok, reason: ok ? null : `no ${name}` })),
      open: () => ({ send: (message) => sent.push(message), close: () => undefined }),
    });
    return { sent, checks, lines, manager };
  }

  test('readiness once, and a beat twice in the watchdog’s time', () => {
    const { sent, manager } = managed();
    expect(sent).toEqual([]);
    manager.ready('standalone, 2 paths');
    vi.advanceTimersByTime(45_000);
    expect(sent).toEqual(['READY=1\nSTATUS=standalone, 2 paths', 'WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1']);
    manager.stopping();
    manager.close();
    vi.advanceTimersByTime(60_000);
    expect(sent.slice(4)).toEqual(['STOPPING=1\nSTATUS=stopping']);
  });

  test.each(['rounds', 'watch'] as const)('no beat while %s have stopped, which is logged once', (name) => {
    const { sent, checks, lines, manager } = managed();
    manager.ready('');
    checks[name] = false;
    vi.advanceTimersByTime(45_000);
    expect(sent).toHaveLength(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 'error', fields: { check: name, why: `no ${name}` } });
    checks[name] = true;
    vi.advanceTimersByTime(15_000);
    expect(sent.at(-1)).toBe('WATCHDOG=1');
    manager.close();
  });

  test('beats while the store refuses: rounds wait in memory, and a restart would lose them', () => {
    const { sent, checks, manager } = managed();
    manager.ready('');
    checks.store = false;
    vi.advanceTimersByTime(15_000);
    expect(sent.at(-1)).toBe('WATCHDOG=1');
    manager.close();
  });

  test.each([
    [{ WATCHDOG_PID: '8' }, 1],
    [{ WATCHDOG_USEC: undefined }, 1],
    [{ WATCHDOG_PID: undefined }, 2],
    [{ NOTIFY_SOCKET: undefined }, 0],
  ])('with %o in the environment, %i messages', (over, messages) => {
    const { sent, manager } = managed(over);
    manager.ready('');
    vi.advanceTimersByTime(15_000);
    expect(sent).toHaveLength(messages);
    manager.close();
  });
});

const receiver = `
import socket, sys
listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
path = sys.argv[1]
listening.bind('\\0' + path[1:] if path[0] == '@' else path)
print('listening', flush=True)
while True:
    print(listening.recv(4096).decode().replace('\\n', ' '), flush=True)
`;

describe('the built daemon', () => {
  requires({ built: true, commands: ['python3'] });

  test.each(['a file', 'the abstract namespace'])(
    'tells a service manager that listens at %s',
    async (where) => {
      const folder = tempDir();
      const address = where === 'a file' ? join(folder, 'notify') : `@pop-sla-test-${process.pid}`;
      const listening = spawn('python3', ['-c', receiver, address], { stdio: ['ignore', 'pipe', 'inherit'] });
      onTestFinished(() => void listening.kill());
      const told: string[] = [];
      createInterface({ input: listening.stdout }).on('line', (line) => told.push(line));
      await expect.poll(() => told, { timeout: 10_000 }).toEqual(['listening']);
      const daemon = startDaemon({
        args: ['run', '--config', quickConfig(folder)],
        env: { NOTIFY_SOCKET: address, WATCHDOG_USEC: '200000' },
      });
      onTestFinished(async () => {
        await daemon.stop();
      });
      await expect.poll(() => told.includes('WATCHDOG=1'), { timeout: 30_000 }).toBe(true);
      expect(told[1]).toMatch(/^READY=1 STATUS=standalone, \d+ paths, http:\/\/127\.0\.0\.1:\d+$/);
      expect(await daemon.stop()).toMatchObject({ code: 0 });
      await expect.poll(() => told, { timeout: 10_000 }).toContain('STOPPING=1 STATUS=stopping');
    },
  );
});
