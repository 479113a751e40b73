import type { EpochMs } from '../core/types.js';
import type { Clock } from './ports.js';

/** More than a clock is slewed by, or drifts, between two calls, milliseconds. */
const toleranceMs = 2_000;
const settleMs = 15 * 60_000;

/**
 * A wall clock for irreversible actions. A step ahead counts only after a quarter of an hour; until then time continues
 * from where it was, by the clock since boot. A clock that is set back is followed at once.
 */
export function createSteadyNow(clock: Pick<Clock, 'now' | 'sinceBootMs'>): () => EpochMs {
  let anchor = { wall: clock.now(), bootMs: clock.sinceBootMs() };
  let aheadSinceMs: number | null = null;
  return () => {
    const [wall, bootMs] = [clock.now(), clock.sinceBootMs()];
    const expected = Math.round(anchor.wall + bootMs - anchor.bootMs);
    if (wall - expected > toleranceMs) {
      aheadSinceMs ??= bootMs;
      if (bootMs - aheadSinceMs < settleMs) return expected;
    }
    aheadSinceMs = null;
    anchor = { wall, bootMs };
    return wall;
  };
}
