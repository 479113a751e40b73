import { slotAfter, slotAtOrBefore } from '../core/time/slot.js';
import type { EpochMs } from '../core/types.js';
import type { Alarm, Clock } from './ports.js';

/** A slot whose alarm comes later than this is not run any more: its round would carry a wrong name. */
export const startToleranceMs = 5_000;

export interface SlotScheduler {
  /** Waits for the next slot of the wall clock; called again after `everyMs` changed or the clock was stepped. */
  arm(everyMs: number): void;
  stop(): void;
}

export interface SlotSchedulerOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly alarm: Alarm;
  /** A slot is due now. */
  readonly onSlot: (slot: EpochMs, lagMs: number) => void;
  /** The alarm came so late that `slot` can't be run any more: the machine slept, or its clock was stepped. */
  readonly onLate: (slot: EpochMs, lagMs: number) => void;
}

/** Says when a slot is due. Knows nothing of paths and rounds. */
export function createSlotScheduler({ clock, alarm, onSlot, onLate }: SlotSchedulerOptions): SlotScheduler {
  let pending: { cancel(): void } | null = null;

  const arm = (everyMs: number): void => {
    pending?.cancel();
    const due = slotAfter(clock.now(), everyMs);
    pending = alarm.at(due, () => {
      const now = clock.now();
      // Rung early (a clock stepped back meanwhile): wait for what is due now.
      if (now >= due) {
        const slot = slotAtOrBefore(now, everyMs);
        const lagMs = now - slot;
        if (lagMs <= startToleranceMs) onSlot(slot, lagMs);
        else onLate(slot, lagMs);
      }
      arm(everyMs);
    });
  };

  return {
    arm,
    stop: () => {
      pending?.cancel();
      pending = null;
    },
  };
}
