import { clip, intersect, merge, subtract, type Interval, type IntervalSet } from '../time/intervals.js';
import type { EpochMs } from '../types.js';

/** What one observer has on record of one port. */
export interface Attendance {
  /** When it was watching: its heartbeats, coalesced. */
  readonly spans: readonly Interval[];
  /** When it could say nothing, of this port or of any; null: it lasts. */
  readonly blind: readonly { readonly from: EpochMs; readonly to: EpochMs | null }[];
  /** When the port was among those it watched. */
  readonly watched: readonly Interval[];
}

/** When nobody watched, within `period`. */
export function unobservedIn(period: Interval, attendance: Attendance): IntervalSet {
  const blind = merge(attendance.blind.map(({ from, to }) => ({ from, to: to ?? Infinity })));
  const seen = subtract(intersect(merge(attendance.spans), merge(attendance.watched)), blind);
  return subtract(clip([period], period), seen);
}

/** When a port was watched, by the changes of its state in their order. */
export function watchedBy(
  changes: readonly { readonly at: EpochMs; readonly state: string }[],
  until: EpochMs,
): IntervalSet {
  const intervals: Interval[] = [];
  let from: EpochMs | null = null;
  for (const { at, state } of changes) {
    if (state === 'unwatched') {
      if (from !== null) intervals.push({ from, to: at });
      from = null;
    } else from ??= at;
  }
  if (from !== null) intervals.push({ from, to: until });
  return merge(intervals);
}
