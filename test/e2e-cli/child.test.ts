import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLab } from '../lab/lab.js';
import type { Lab } from '../lab/lab.js';
import { requires } from '../support/requires.js';
import { startRunning } from '../support/running.js';
import type { Running } from '../support/running.js';

/** The process that pings for the net-ping kind dies, or stands still. */
describe('the pinging child', () => {
  const { missing } = requires({ namespaces: true, netPing: true, built: true });
  let lab: Lab;
  beforeEach(() => {
    if (missing === null) lab = createLab();
  });
  afterEach(async () => {
    if (missing === null) await lab.close();
  });

  const start = (): Running => {
    const namespace = lab.namespace('child');
    return startRunning({
      changes: {
        driver: 'net-ping',
        http: { listen: '127.0.0.1:9720' },
        measurement: { every: '5s', packets: 40, packetInterval: '50ms' },
      },
      prefix: namespace.prefix,
      ask: (url) => namespace.get(url),
    });
  };
  const childrenOf = ({ daemon: { pid } }: Running): number[] =>
    readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number);
  const inFlight = async ({ daemon, get }: Running): Promise<void> => {
    await daemon.waitFor('rounds in flight', async () =>
      /^pop_sla_daemon_rounds_in_flight 2$/m.test((await get('/metrics')).body) ? true : undefined,
    );
    await sleep(300);
  };

  test(
    'dies: its rounds are stored as failed, the next are measured by another',
    { timeout: 60_000 },
    async () => {
      const running = start();
      const first = await running.round('a held round', ({ status }) => status === 'ok');
      const [child] = childrenOf(running);
      await inFlight(running);
      process.kill(child ?? 0, 'SIGKILL');
      const failed = await running.round('a failed round', ({ status }) => status === 'failed');
      expect(failed.slot > first.slot).toBe(true);
      expect(failed.reason).not.toBeNull();
      await running.round(
        'a held round after it',
        ({ status, slot }) => status === 'ok' && slot > failed.slot,
      );
      expect(childrenOf(running)).toHaveLength(1);
      expect(childrenOf(running)).not.toContain(child);
      expect(await running.daemon.stop()).toMatchObject({ code: 0 });
    },
  );

  test(
    'stands still: a stop takes no longer than 5 s, and leaves no process behind',
    { timeout: 60_000 },
    async () => {
      const running = start();
      await running.daemon.waitForLog('its start', ({ http }) => typeof http === 'string');
      await inFlight(running);
      const [child] = childrenOf(running);
      process.kill(child ?? 0, 'SIGSTOP');
      const end = await running.daemon.stop();
      expect(end).toMatchObject({ code: 0, signal: null });
      expect(end.afterSignalMs).toBeLessThan(5000);
      await expect
        .poll(() => {
          try {
            return process.kill(child ?? 0, 0);
          } catch {
            return false;
          }
        })
        .toBe(false);
    },
  );
});
