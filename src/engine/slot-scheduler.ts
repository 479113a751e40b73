import { slotAfter, slotAtOrBefore } from '../core/time/slot.js';
import type { EpochMs } from '../core/types.js';
import type { Alarm, Clock } from './ports.js';

/** How late an alarm may come on a machine that is only busy. */
export const startToleranceMs = 5_000;

export interface SlotScheduler {
  /** Waits for the next slot of the wall clock; called again after `everyMs` changed. */
  arm(everyMs: number): void;
  /** The clock was set: as `arm`, and the slot whose rounds may start now is due too. */
  rearm(everyMs: number): void;
  /** Arms again where the slot that is waited for is no longer the next one: the clock was ahead for a moment. */
  check(): void;
  stop(): void;
}

export interface SlotSchedulerOptions {
  readonly clock: Pick<Clock, 'now' | 'sinceBootMs'>;
  readonly alarm: Alarm;
  /** How long after its slot a round may start: later its name would be wrong. */
  readonly startWithinMs: () => number;
  /** A slot is due now. */
  readonly onSlot: (slot: EpochMs, lagMs: number) => void;
  /** The alarm came so late that `slot` can't be run any more: the machine slept, or its clock was stepped. */
  readonly onLate: (slot: EpochMs, lagMs: number) => void;
}

/** Says when a slot is due. Knows nothing of paths and rounds. */
export function createSlotScheduler(options: SlotSchedulerOptions): SlotScheduler {
  const { clock, alarm, startWithinMs, onSlot, onLate } = options;
  let armed: { readonly due: EpochMs; readonly everyMs: number } | null = null;
  let pending: { cancel(): void } | null = null;

  const arm = (everyMs: number): void => {
    pending?.cancel();
    const armedAt = clock.now();
    const armedAtBootMs = clock.sinceBootMs();
    const due = slotAfter(armedAt, everyMs);
    armed = { due, everyMs };
    pending = alarm.at(due, () => {
      const now = clock.now();
      // Rung early (a clock stepped back meanwhile): wait for what is due now.
      if (now >= due) {
        const slot = slotAtOrBefore(now, everyMs);
        const lagMs = now - slot;
        const skippedMs = now - armedAt - (clock.sinceBootMs() - armedAtBootMs);
        // Late because nobody was awake is late; late because the clock was set ahead may be a wrong name.
        const withinMs = skippedMs > startToleranceMs ? startToleranceMs : startWithinMs();
        if (lagMs <= withinMs) onSlot(slot, lagMs);
        else onLate(slot, lagMs);
      }
      arm(everyMs);
    });
  };

  return {
    arm,
    rearm: (everyMs) => {
      const now = clock.now();
      const slot = slotAtOrBefore(now, everyMs);
      if (now - slot <= startWithinMs()) onSlot(slot, now - slot);
      arm(everyMs);
    },
    check: () => {
      if (armed !== null && armed.due - clock.now() > armed.everyMs) arm(armed.everyMs);
    },
    stop: () => {
      armed = null;
      pending?.cancel();
      pending = null;
    },
  };
}
