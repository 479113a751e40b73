import type { EpochMs } from '../types.js';

/** The slot that is due at or last was due before `at`; slots are the multiples of `everyMs` on the UTC wall clock. */
export function slotAtOrBefore(at: EpochMs, everyMs: number): EpochMs {
  return at - (((at % everyMs) + everyMs) % everyMs);
}

/** The first slot after `at`. */
export function slotAfter(at: EpochMs, everyMs: number): EpochMs {
  return slotAtOrBefore(at, everyMs) + everyMs;
}

/** The slots in [from, to), oldest first. */
export function slotsBetween(from: EpochMs, to: EpochMs, everyMs: number): EpochMs[] {
  const slots: EpochMs[] = [];
  for (let slot = slotAfter(from - 1, everyMs); slot < to; slot += everyMs) slots.push(slot);
  return slots;
}
