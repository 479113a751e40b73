/**
 * Tells whether the wall clock was set between two instants, by its difference to the monotonic clock: no one sets
 * that, and both are slewed alike. Kernel stamps are of the wall clock: a difference across a step is wrong.
 */
export interface ClockGuard {
  /**
   * Notes one reading: the wall clock was `realNs` at some instant between `beforeNs` and `afterNs` of the monotonic
   * clock. All are nanoseconds from fixed origins. Returns the epoch: how many steps were seen until now.
   */
  observe(beforeNs: number, realNs: number, afterNs: number): number;
  readonly epoch: number;
  /** The latest step, nanoseconds; 0 before the first. */
  readonly lastStepNs: number;
}

/** Two clocks read by two calls differ by some rounding; smaller steps than this do no harm. */
const toleranceNs = 2_000;

export function createClockGuard(): ClockGuard {
  // The difference real − monotonic lies in [low, high]; each reading narrows that, until a step breaks it.
  let low = -Infinity;
  let high = Infinity;
  let epoch = 0;
  let lastStepNs = 0;
  return {
    get epoch() {
      return epoch;
    },
    get lastStepNs() {
      return lastStepNs;
    },
    observe(beforeNs, realNs, afterNs) {
      const [newLow, newHigh] = [realNs - afterNs, realNs - beforeNs];
      if (newLow > high + toleranceNs || newHigh < low - toleranceNs) {
        lastStepNs = (newLow + newHigh - low - high) / 2;
        epoch += 1;
        low = newLow;
        high = newHigh;
      } else {
        low = Math.min(Math.max(low, newLow), high);
        high = Math.max(Math.min(high, newHigh), low);
      }
      return epoch;
    },
  };
}
