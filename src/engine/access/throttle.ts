import type { EpochMs } from '../../core/types.js';

export interface ThrottleOptions {
  readonly now: () => EpochMs;
  /** So many failures cost nothing. */
  readonly free: number;
  /** At most so many names are kept in mind; the oldest are forgotten first. */
  readonly most?: number;
}

/** How long somebody has to wait who failed too often: a second, then twice as long each time, at most 15 minutes. */
export interface Throttle {
  /** Milliseconds; 0: not at all. */
  waitMs(name: string): number;
  failed(name: string): void;
  /** All of it, or only the latest. */
  forget(name: string): void;
  forgive(name: string): void;
}

const longestMs = 15 * 60_000;

export function createThrottle({ now, free, most = 10_000 }: ThrottleOptions): Throttle {
  const failures = new Map<string, { readonly count: number; readonly at: EpochMs }>();
  const penalty = (count: number): number =>
    count < free ? 0 : Math.min(longestMs, 1000 * 2 ** Math.min(count - free, 20));
  return {
    waitMs(name) {
      const found = failures.get(name);
      return found ? Math.max(0, found.at + penalty(found.count) - now()) : 0;
    },
    failed(name) {
      const before = failures.get(name);
      // What lies longer ago than the longest wait is forgotten.
      const count = before && now() - before.at < 2 * longestMs ? before.count : 0;
      failures.delete(name);
      failures.set(name, { count: count + 1, at: now() });
      const [oldest] = failures.keys();
      if (failures.size > most && oldest !== undefined) failures.delete(oldest);
    },
    forget(name) {
      failures.delete(name);
    },
    forgive(name) {
      const found = failures.get(name);
      if (found) failures.set(name, { ...found, count: found.count - 1 });
    },
  };
}
