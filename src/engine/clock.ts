import { Cron } from 'croner';
import { uptime } from 'node:os';
import type { MissingReason } from '../core/measurement/round.js';
import type { EpochMs } from '../core/types.js';
import type { Alarm, Clock } from './ports.js';

/**
 * The version of the time zone data that this runtime uses for months, such as `2026c`; null where unknown. Where two
 * runtimes have different data, a month in a zone whose rules changed begins or ends at different instants.
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

/** Waits with croner, which reads the wall clock at least every 30 s, so that it follows a clock that is set. */
export const cronerAlarm: Alarm = {
  at: (instant, ring) => {
    let rang = false;
    const once = (): void => {
      if (rang) return;
      rang = true;
      ring();
    };
    const job = new Cron(new Date(instant), once);
    // Croner never fires for an instant that has already passed.
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

/**
 * The wall clock may drift this far from the monotonic one between two looks, milliseconds, before it counts as set.
 */
const toleranceMs = 1_000;
const everyMs = 1_000;
/** A look later than this, milliseconds, was not merely busy: the process was stopped, or its machine was paused. */
const pausedMs = 2_000;
/**
 * A clock step that nothing reverts for this long counts as a correction: from then on the clock is taken to be right.
 */
const settleMs = 15 * 60_000;

/** A stretch of the wall clock in which the daemon did not run, or that the clock skipped. */
export interface ClockGap {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly reason: Extract<MissingReason, 'asleep' | 'paused' | 'clock-stepped'>;
}

interface ClockWatchOptions {
  readonly clock: Clock;
  /**
   * The wall clock jumped by `byMs` against the monotonic one; `gap` is the skipped stretch, null when it was set back.
   */
  readonly onStep: (byMs: number, gap: ClockGap | null) => void;
  /** The process did not run for a while, although no clock was set. */
  readonly onPause: (gap: ClockGap) => void;
  /** Called once a second. */
  readonly onLook?: () => void;
  /**
   * The deviation of the wall clock from the monotonic one since it was last right, milliseconds; 0 when it is right
   * again.
   */
  readonly onDeviation: (ms: number) => void;
}

/**
 * Checks once a second whether the wall clock advanced as far as the monotonic one, and whether that was a second.
 * Resolves when `signal` is aborted.
 */
export async function watchClock(options: ClockWatchOptions, signal: AbortSignal): Promise<void> {
  const { clock, onStep, onPause, onDeviation, onLook } = options;
  let before = look(clock);
  let deviationMs = 0;
  let steppedAt = 0;
  while (!signal.aborted) {
    await clock.sleep(everyMs, signal);
    if (isAborted(signal)) return;
    const now = look(clock);
    const elapsedMs = now.monotonic - before.monotonic;
    const byMs = now.wall - before.wall - elapsedMs;
    if (elapsedMs > everyMs + pausedMs)
      onPause({ from: before.wall, to: before.wall + Math.round(elapsedMs), reason: 'paused' });
    if (Math.abs(byMs) > toleranceMs) {
      // Time asleep advances the clock since boot and not the monotonic one; setting the clock changes neither.
      const asleepMs = now.boot - before.boot - elapsedMs;
      const reason = Math.abs(asleepMs - byMs) <= toleranceMs ? 'asleep' : 'clock-stepped';
      if (reason === 'clock-stepped') {
        deviationMs += byMs;
        steppedAt = now.monotonic;
        // The clock is back where it was: no deviation is left to be confirmed.
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

/** Read through a function, because the compiler takes the loop's condition to hold after the wait. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

const look = (clock: Clock): { wall: number; monotonic: number; boot: number } => ({
  wall: clock.now(),
  monotonic: clock.monotonicMs(),
  boot: clock.sinceBootMs(),
});
