import { Cron } from 'croner';
import { uptime } from 'node:os';
import type { MissingReason } from '../core/measurement/round.js';
import type { EpochMs } from '../core/types.js';
import type { Alarm, Clock } from './ports.js';

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

/** Rings by croner, which looks at the wall clock again at least every 30 s, so that a stepped clock is followed. */
export const cronerAlarm: Alarm = {
  at: (instant, ring) => {
    let rang = false;
    const once = (): void => {
      if (rang) return;
      rang = true;
      ring();
    };
    const job = new Cron(new Date(instant), once);
    // An instant that has passed already is one that croner would never ring.
    const late = job.nextRun() === null ? setImmediate(once) : null;
    return {
      cancel: () => {
        rang = true;
        job.stop();
        if (late) clearImmediate(late);
      },
    };
  },
};

/** The wall clock may drift this far from the monotonic one between two looks before it counts as stepped. */
const toleranceMs = 1_000;
const everyMs = 1_000;
/** A look that comes later than this was not only busy: the process was stopped, or its machine was paused. */
const pausedMs = 2_000;
/** A step that nothing took back for this long is taken for a correction: the clock counts as right again. */
const settleMs = 15 * 60_000;

/** A stretch of the wall clock in which the daemon did not run, or that the clock skipped. */
export interface ClockGap {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly reason: Extract<MissingReason, 'asleep' | 'paused' | 'clock-stepped'>;
}

interface ClockWatchOptions {
  readonly clock: Clock;
  /** The wall clock jumped by `byMs` against the monotonic one; `gap` is what it skipped, null when it went back. */
  readonly onStep: (byMs: number, gap: ClockGap | null) => void;
  /** No clock was set, but the process did not run. */
  readonly onPause: (gap: ClockGap) => void;
  /** Once a second. */
  readonly onLook?: () => void;
  /** How far the wall clock is from where the monotonic clock has it, milliseconds; 0 when it counts as right again. */
  readonly onDeviation: (ms: number) => void;
}

/**
 * Looks once a second whether the wall clock went as far as the monotonic one did, and whether that was a second;
 * ends when `signal` is aborted.
 */
export async function watchClock(options: ClockWatchOptions, signal: AbortSignal): Promise<void> {
  const { clock, onStep, onPause, onDeviation, onLook } = options;
  let before = look(clock);
  let deviationMs = 0;
  let steppedAt = 0;
  while (!signal.aborted) {
    await clock.sleep(everyMs, signal);
    const now = look(clock);
    const elapsedMs = now.monotonic - before.monotonic;
    const byMs = now.wall - before.wall - elapsedMs;
    if (elapsedMs > everyMs + pausedMs)
      onPause({ from: before.wall, to: before.wall + Math.round(elapsedMs), reason: 'paused' });
    if (Math.abs(byMs) > toleranceMs) {
      // Time asleep is on the boot clock and not on the monotonic one; a step is on neither.
      const asleepMs = now.boot - before.boot - elapsedMs;
      const reason = Math.abs(asleepMs - byMs) <= toleranceMs ? 'asleep' : 'clock-stepped';
      if (reason === 'clock-stepped') {
        deviationMs += byMs;
        steppedAt = now.monotonic;
        // Back where it was: nothing is left to be confirmed.
        if (Math.abs(deviationMs) <= toleranceMs) deviationMs = 0;
        onDeviation(deviationMs);
      }
      onStep(byMs, byMs > 0 ? { from: before.wall, to: now.wall, reason } : null);
    } else if (deviationMs !== 0 && now.monotonic - steppedAt >= settleMs) {
      deviationMs = 0;
      onDeviation(0);
    }
    onLook?.();
    before = now;
  }
}

const look = (clock: Clock): { wall: number; monotonic: number; boot: number } => ({
  wall: clock.now(),
  monotonic: clock.monotonicMs(),
  boot: clock.sinceBootMs(),
});
