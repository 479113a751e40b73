import type { BlindReason } from '../../core/watch/outage.js';
import type { EpochMs } from '../../core/types.js';
import type { Clock } from '../ports.js';

/** A stretch that was not lived through. `to` before `from`: the clock was set back. */
export interface Passed {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly reason: Extract<BlindReason, 'asleep' | 'stalled' | 'clock-stepped'>;
}

export interface Look {
  readonly wall: EpochMs;
  readonly monotonic: number;
  /** What lies between the look before and this one, when it is more than it should be. */
  readonly passed: Passed | null;
}

/** The wall clock laid on the monotonic one, looked at many times a second. */
export interface Timebase {
  look(): Look;
  /** The wall clock's reading at an instant of the monotonic clock, by the latest look. */
  wallAt(monotonicMs: number): EpochMs;
}

/** Slewing moves a clock by half a millisecond a second at the most: what jumps further between two looks was set. */
const stepMs = 200;
/** Reading two clocks takes microseconds; when it took longer the process lost its processor in between. */
const atOnceMs = 2;

export function createTimebase(clock: Clock, options: { readonly stallMs: () => number }): Timebase {
  const read = (): { wall: EpochMs; monotonic: number } => {
    for (let tries = 0; ; tries += 1) {
      const before = clock.monotonicMs();
      const wall = clock.now();
      const monotonic = clock.monotonicMs();
      if (monotonic - before <= atOnceMs || tries === 3) return { wall, monotonic };
    }
  };
  const asleepInAll = (): number => clock.sinceBootMs() - clock.monotonicMs();
  let latest = read();
  let asleepBefore = asleepInAll();

  return {
    look() {
      const before = latest;
      latest = read();
      const { wall, monotonic } = latest;
      const elapsedMs = monotonic - before.monotonic;
      const jumpedMs = wall - before.wall - elapsedMs;
      let reason: Passed['reason'] | null = elapsedMs > options.stallMs() ? 'stalled' : null;
      if (Math.abs(jumpedMs) > stepMs) {
        const asleep = asleepInAll();
        const asleepMs = asleep - asleepBefore;
        asleepBefore = asleep;
        // The clock since boot counts in hundredths of a second, on some systems in seconds.
        reason = asleepMs > stepMs && Math.abs(asleepMs - jumpedMs) <= 1_000 ? 'asleep' : 'clock-stepped';
      }
      return { wall, monotonic, passed: reason === null ? null : { from: before.wall, to: wall, reason } };
    },
    wallAt: (monotonicMs) => Math.round(latest.wall + (monotonicMs - latest.monotonic)),
  };
}
