import type { EpochMs } from '../types.js';
import { type Interval, type IntervalSet, merge } from './intervals.js';

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

/** How long a round lasts from its first packet until no reply counts any more, milliseconds. */
export const roundLengthMs = ({
  packets,
  packetIntervalMs,
  lostAfterMs,
  lateWaitMs,
}: {
  readonly packets: number;
  readonly packetIntervalMs: number;
  readonly lostAfterMs: number;
  /** How much longer late replies are waited for. */
  readonly lateWaitMs: number;
}): number => packets * packetIntervalMs + lostAfterMs + lateWaitMs;

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

/** The instant that lies `months` calendar months before `at`, in UTC; the day is cut to the month's last. */
export function monthsBefore(at: EpochMs, months: number): EpochMs {
  const date = new Date(at);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.getTime();
}
