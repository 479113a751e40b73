import type { EpochMs } from '../core/types.js';
import type { Alarm, Clock } from './ports.js';

/** More than a clock is slewed by, or drifts, between two calls, milliseconds. */
const toleranceMs = 2_000;
/** A step that stands for so long is a correction. */
const settleMs = 15 * 60_000;

interface Timeline {
  wall: EpochMs;
  bootMs: number;
}

const on = ({ wall, bootMs }: Timeline, nowMs: number): EpochMs => wall + nowMs - bootMs;

/**
 * A wall clock that a clock which runs ahead for a while does not mislead. A step ahead counts only after a quarter of
 * an hour; until then time continues from where it was, by the clock since boot. A clock that is set back is followed
 * at once, and so is one that comes back from there to where it was.
 */
export function createSteadyNow(clock: Pick<Clock, 'now' | 'sinceBootMs'>): () => EpochMs {
  const followed: Timeline = { wall: clock.now(), bootMs: clock.sinceBootMs() };
  /** Where it was before it was set back; null: it was not, or that has stood. */
  let before: (Timeline & { readonly sinceBootMs: number }) | null = null;
  let aheadSinceMs: number | null = null;
  return () => {
    const [wall, bootMs] = [clock.now(), clock.sinceBootMs()];
    const expected = on(followed, bootMs);
    if (before !== null && bootMs - before.sinceBootMs >= settleMs) before = null;
    const isHome = before !== null && Math.abs(wall - on(before, bootMs)) <= toleranceMs;
    if (wall - expected > toleranceMs && !isHome) {
      aheadSinceMs ??= bootMs;
      if (bootMs - aheadSinceMs < settleMs) return Math.floor(expected);
    }
    if (isHome) before = null;
    else if (expected - wall > toleranceMs) before ??= { ...followed, sinceBootMs: bootMs };
    aheadSinceMs = null;
    followed.wall = wall;
    followed.bootMs = bootMs;
    return wall;
  };
}

/** The same clocks, with a wall clock that is steady. */
export function createSteadyClock(clock: Clock): Clock {
  return {
    now: createSteadyNow(clock),
    monotonicMs: () => clock.monotonicMs(),
    sinceBootMs: () => clock.sinceBootMs(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
  };
}

/** The clock is looked at this often, since it may be set and the machine may sleep. */
const lookEveryMs = 30_000;

/** Waits by the clock's own time, which may be another than that of the machine's wall clock. */
export function createAlarm(clock: Pick<Clock, 'now' | 'sleep'>): Alarm {
  return {
    at: (instant, ring) => {
      const cancelled = new AbortController();
      const { signal } = cancelled;
      const wait = async (): Promise<void> => {
        do await clock.sleep(Math.min(lookEveryMs, Math.max(0, instant - clock.now())), signal);
        while (!signal.aborted && clock.now() < instant);
        if (!signal.aborted) ring();
      };
      void wait();
      return {
        cancel: () => {
          cancelled.abort();
        },
      };
    },
  };
}
