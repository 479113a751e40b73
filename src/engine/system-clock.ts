import { uptime } from 'node:os';
import type { Clock } from './ports.js';

/**
 * The version of the time zone data that this runtime reckons months by, as `2026c`; null where it can't tell. Where two
 * runtimes have different data, a month of a zone whose rules have changed begins or ends at different instants.
 */
export const zoneDataVersion: string | null = process.versions['tz'] ?? null;

/** The machine's own clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sinceBootMs: () => uptime() * 1000,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(0, ms));
      signal?.addEventListener('abort', done, { once: true });
    }),
};
