import type { EpochMs } from '../core/types.js';
import type { Clock } from '../engine/ports.js';

/** A clock on which time passes as fast as the work in it is done, and only while it is let pass. */
export interface VirtualClock {
  readonly clock: Clock;
  /** Sets it; nothing may be asleep. */
  readonly set: (at: EpochMs) => void;
  /** Lets time pass until `at`. */
  readonly passUntil: (at: EpochMs) => Promise<void>;
  /** Lets time pass until the work is done. */
  readonly passDuring: <T>(work: Promise<T>) => Promise<T>;
}

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

/** So many sleepers are woken before the event loop gets a turn, so that what was asked of a store is done. */
const turnEvery = 512;

export function virtualClock(start: EpochMs): VirtualClock {
  let now: number = start;
  let order = 0;
  let woken = 0;
  /** The next one last. */
  const sleepers: Sleeper[] = [];

  const add = (sleeper: Sleeper): void => {
    let place = sleepers.length;
    while (place > 0) {
      const other = sleepers[place - 1];
      if (other && (other.at > sleeper.at || (other.at === sleeper.at && other.order > sleeper.order))) break;
      place -= 1;
    }
    sleepers.splice(place, 0, sleeper);
  };

  /** When everything has run that can run without time passing: ticks come after all microtasks. */
  const quiet = (): Promise<void> => {
    woken += 1;
    return new Promise((resolve) => {
      if (woken % turnEvery === 0) setImmediate(resolve);
      else process.nextTick(resolve);
    });
  };

  const wakeNext = (until: number): boolean => {
    const next = sleepers[sleepers.length - 1];
    if (!next || next.at > until) return false;
    sleepers.pop();
    now = Math.max(now, next.at);
    next.wake();
    return true;
  };

  return {
    clock: {
      now: () => Math.floor(now),
      monotonicMs: () => now - start,
      sinceBootMs: () => now - start,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted) {
            resolve();
            return;
          }
          const wake = (): void => {
            signal?.removeEventListener('abort', cancel);
            resolve();
          };
          const sleeper: Sleeper = { at: now + Math.max(0, ms), order: (order += 1), wake };
          const cancel = (): void => {
            const place = sleepers.indexOf(sleeper);
            if (place >= 0) sleepers.splice(place, 1);
            wake();
          };
          signal?.addEventListener('abort', cancel);
          add(sleeper);
        }),
    },
    set: (at) => {
      if (sleepers.length > 0) throw new Error('the clock is set while something sleeps on it');
      now = at;
    },
    passUntil: async (at) => {
      do await quiet();
      while (wakeNext(at));
      now = Math.max(now, at);
      await quiet();
    },
    passDuring: async (work) => {
      const state = { done: false };
      const settled = work.finally(() => {
        state.done = true;
      });
      settled.catch(() => undefined);
      await quiet();
      while (!state.done) {
        if (!wakeNext(Infinity)) await new Promise(setImmediate);
        await quiet();
      }
      return settled;
    },
  };
}
