import type { EpochMs } from '../types.js';
import { merge, type Interval, type IntervalSet } from './intervals.js';
import { slotsBetween } from './slot.js';

/** When a path's slots are due: in [from, to); null means no bound. */
export interface DueSpan {
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
}

export const alwaysDue: DueSpan = { from: null, to: null };

/** What of a stretch is not due. */
export function notDueIn({ from, to }: Interval, span: DueSpan): IntervalSet {
  return merge([
    { from, to: Math.min(to, span.from ?? from) },
    { from: Math.max(from, span.to ?? to), to },
  ]);
}

export function isDue(slot: EpochMs, span: DueSpan): boolean {
  return (span.from === null || slot >= span.from) && (span.to === null || slot < span.to);
}

/** The slots of [from, to) that are due in `span`, oldest first. */
export function dueSlots(from: EpochMs, to: EpochMs, everyMs: number, span: DueSpan): EpochMs[] {
  const first = span.from === null ? from : Math.max(from, span.from);
  const last = span.to === null ? to : Math.min(to, span.to);
  return first < last ? slotsBetween(first, last, everyMs) : [];
}
