import type { Alarm, Clock } from '../../src/engine/ports.js';
import type { EpochMs } from '../../src/core/types.js';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

/** A clock that only moves when told to; sleeps and alarms end in their order, as fast as the work between them. */
export interface VirtualTime {
  readonly clock: Clock;
  readonly alarm: Alarm;
  /** Lets `ms` pass. */
  pass(ms: number): Promise<void>;
  /** Sets the wall clock, as an operator or NTP does: the monotonic clock does not notice. */
  step(byMs: number): void;
  /** The machine sleeps: wall and boot clocks go on, timers and the monotonic clock don't. */
  suspend(ms: number): void;
  /** The process does not get to run: every clock goes on, and timers ring late. */
  stall(ms: number): void;
}

/** Lets everything run that can run without time passing: promises, I/O callbacks, and what they start. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function virtualTime(start: EpochMs): VirtualTime {
  let monotonic = 0;
  let boot = 0;
  let wallOffset = start;
  let order = 0;
  const timers = new Set<Timer>();
  const alarms = new Map<Timer, EpochMs>();
  const now = (): EpochMs => Math.floor(wallOffset + monotonic);

  const add = (at: number, fire: () => void): Timer => {
    const timer = { at, order: (order += 1), fire };
    timers.add(timer);
    return timer;
  };

  const clock: Clock = {
    now,
    monotonicMs: () => monotonic,
    sinceBootMs: () => boot,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) {
          resolve();
          return;
        }
        const done = (): void => {
          timers.delete(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const timer = add(monotonic + Math.max(0, ms), done);
        signal?.addEventListener('abort', done, { once: true });
      }),
  };

  const alarm: Alarm = {
    at: (instant, ring) => {
      const timer = add(monotonic + Math.max(0, instant - now()), () => {
        timers.delete(timer);
        alarms.delete(timer);
        ring();
      });
      alarms.set(timer, instant);
      return {
        cancel: () => {
          timers.delete(timer);
          alarms.delete(timer);
        },
      };
    },
  };

  /** Alarms follow the wall clock: after it was set, each is due at another monotonic instant. */
  const moveAlarms = (): void => {
    for (const [timer, instant] of [...alarms]) {
      timers.delete(timer);
      alarms.delete(timer);
      const moved = add(monotonic + Math.max(0, instant - now()), timer.fire);
      // `fire` deletes the timer it was made with; the moved one is deleted when it is taken.
      alarms.set(moved, instant);
    }
  };

  return {
    clock,
    alarm,
    pass: async (ms) => {
      const end = monotonic + ms;
      await settle();
      for (;;) {
        const next = [...timers].sort((a, b) => a.at - b.at || a.order - b.order)[0];
        if (!next || next.at > end) break;
        const by = Math.max(0, next.at - monotonic);
        monotonic += by;
        boot += by;
        timers.delete(next);
        alarms.delete(next);
        next.fire();
        await settle();
      }
      boot += end - monotonic;
      monotonic = end;
      await settle();
    },
    step: (byMs) => {
      wallOffset += byMs;
      moveAlarms();
    },
    stall: (ms) => {
      monotonic += ms;
      boot += ms;
    },
    suspend: (ms) => {
      wallOffset += ms;
      boot += ms;
      moveAlarms();
    },
  };
}
