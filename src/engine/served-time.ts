import type { Clock } from './ports.js';

/**
 * The time that this process has had, for limits of a stop. While others leave it no processor, or while it is busy with
 * one long piece of work, next to none of it passes: who has not had its turn yet is not late.
 */
export interface ServedTime {
  /** Resolves after `ms` of it, or at once when `signal` is or becomes aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const tickMs = 10;
/** The timer of a process that is served comes within this, milliseconds. */
const usualTickMs = 12;
/** What is limited to seconds ends within a minute on a machine that leaves the process a turn now and then. */
const mostStretch = 12;
/** However long it had none: it is served again only now. */
const mostOfTickMs = 100;

interface Waiting {
  leftMs: number;
  readonly resolve: () => void;
}

export function createServedTime(clock: Pick<Clock, 'monotonicMs' | 'sleep'>): ServedTime {
  const waiting = new Set<Waiting>();
  let isTicking = false;
  /** Ends the running sleep when nobody waits any more, so that nothing sleeps on the clock for nothing. */
  let idle = new AbortController();

  /** One timer for all who wait: a stop has hundreds of them. */
  const tick = async (): Promise<void> => {
    isTicking = true;
    let lookedAtMs = clock.monotonicMs();
    while (waiting.size > 0) {
      idle = new AbortController();
      await clock.sleep(tickMs, idle.signal);
      const tookMs = clock.monotonicMs() - lookedAtMs;
      lookedAtMs += tookMs;
      const servedMs = Math.max(Math.min(tookMs, usualTickMs), Math.min(tookMs / mostStretch, mostOfTickMs));
      for (const one of waiting) {
        one.leftMs -= servedMs;
        if (one.leftMs <= 0) one.resolve();
      }
    }
    isTicking = false;
  };

  return {
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          resolve();
          return;
        }
        const done = (): void => {
          waiting.delete(one);
          signal.removeEventListener('abort', done);
          if (waiting.size === 0) idle.abort();
          resolve();
        };
        const one: Waiting = { leftMs: ms, resolve: done };
        waiting.add(one);
        signal.addEventListener('abort', done, { once: true });
        if (!isTicking) void tick();
      }),
  };
}
