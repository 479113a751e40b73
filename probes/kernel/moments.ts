import type { ClockGuard } from './clock-guard.js';
import type { Clock } from './clock.js';
import type { Seen } from './replies.js';

const tries = 4;
const steadyNs = 20_000;

/**
 * Gives what reads both clocks, for the guard, and says when that was. It fills one object again and again: copy what
 * is to be kept.
 */
export function createMoments(clock: Clock, guard: ClockGuard): () => Seen {
  const moment = { monoNs: 0, epoch: 0 };
  return () => {
    // A reading during which the thread lost its processor says little of the wall clock.
    for (let nth = 0; nth < tries; nth += 1) {
      const beforeNs = clock.monotonicNs();
      const realNs = clock.wallNs();
      moment.monoNs = clock.monotonicNs();
      guard.observe(beforeNs, realNs, moment.monoNs);
      if (moment.monoNs - beforeNs < steadyNs) break;
    }
    moment.epoch = guard.epoch;
    return moment;
  };
}
