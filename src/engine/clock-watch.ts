import type { MissingReason } from '../core/measurement/round.js';
import type { EpochMs } from '../core/types.js';
import type { Clock } from './ports.js';

/** The wall clock may drift this far from the monotonic one between two looks before it counts as stepped. */
const toleranceMs = 1_000;
const everyMs = 1_000;

/** A stretch of the wall clock that the daemon did not live through. */
export interface ClockGap {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly reason: Extract<MissingReason, 'asleep' | 'clock-stepped'>;
}

export interface ClockWatchOptions {
  readonly clock: Clock;
  /** The wall clock jumped by `byMs` against the monotonic one; `gap` is what it skipped, null when it went back. */
  readonly onStep: (byMs: number, gap: ClockGap | null) => void;
}

/** Looks once a second whether the wall clock went as far as the monotonic one did; ends when `signal` is aborted. */
export async function watchClock({ clock, onStep }: ClockWatchOptions, signal: AbortSignal): Promise<void> {
  let before = look(clock);
  while (!signal.aborted) {
    await clock.sleep(everyMs, signal);
    const now = look(clock);
    const byMs = now.wall - before.wall - (now.monotonic - before.monotonic);
    if (Math.abs(byMs) > toleranceMs) {
      // Time asleep is on the boot clock and not on the monotonic one; a step is on neither.
      const asleepMs = now.boot - before.boot - (now.monotonic - before.monotonic);
      const reason = Math.abs(asleepMs - byMs) <= toleranceMs ? 'asleep' : 'clock-stepped';
      onStep(byMs, byMs > 0 ? { from: before.wall, to: now.wall, reason } : null);
    }
    before = now;
  }
}

const look = (clock: Clock): { wall: number; monotonic: number; boot: number } => ({
  wall: clock.now(),
  monotonic: clock.monotonicMs(),
  boot: clock.sinceBootMs(),
});
