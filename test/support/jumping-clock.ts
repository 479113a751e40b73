import type { EpochMs } from '../../src/core/types.js';
import type { Clock } from '../../src/engine/ports.js';

interface JumpingClock extends Clock {
  jumpTo(at: EpochMs): void;
}

/** A clock on which only jumps and the sleeps of rounds pass time, and those at once. */
export function createJumpingClock(origin: EpochMs): JumpingClock {
  let now = origin;
  return {
    now: () => Math.floor(now),
    monotonicMs: () => now - origin,
    sinceBootMs: () => now - origin,
    // Only the round's own sleep passes time: the runner's patience is given up when the round has ended.
    sleep: (ms, signal) => {
      if (ms > 14_000)
        return new Promise((resolve) =>
          signal?.addEventListener('abort', () => {
            resolve();
          }),
        );
      now += Math.max(0, ms);
      return Promise.resolve();
    },
    jumpTo: (at) => {
      now = at;
    },
  };
}
