import type { EpochMs } from '../types.js';

/** Half-open: `from` belongs to it, `to` does not. */
export interface Interval {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** Sorted, none empty, none touching the next: made by `merge`, kept by every function here. */
export type IntervalSet = readonly Interval[];

/** The instants in any of the intervals, in any order, overlapping or not; empty and reversed ones hold none. */
export function merge(intervals: Iterable<Interval>): IntervalSet {
  const sorted = [...intervals].filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from);
  const merged: Interval[] = [];
  for (const next of sorted) {
    const last = merged.at(-1);
    if (last === undefined || next.from > last.to) merged.push({ from: next.from, to: next.to });
    else if (next.to > last.to) merged[merged.length - 1] = { from: last.from, to: next.to };
  }
  return merged;
}

export function union(...sets: readonly IntervalSet[]): IntervalSet {
  return merge(sets.flat());
}

/** The instants in both. */
export function intersect(a: IntervalSet, b: IntervalSet): IntervalSet {
  const both: Interval[] = [];
  for (let i = 0, j = 0; ;) {
    const [left, right] = [a[i], b[j]];
    if (left === undefined || right === undefined) return both;
    const from = Math.max(left.from, right.from);
    const to = Math.min(left.to, right.to);
    if (from < to) both.push({ from, to });
    if (left.to < right.to) i += 1;
    else j += 1;
  }
}

/** The instants that are in every set; none for no sets. */
export function intersectAll(sets: readonly IntervalSet[]): IntervalSet {
  return sets.length === 0 ? [] : sets.reduce(intersect);
}

/** The instants of `a` that are not in `b`. */
export function subtract(a: IntervalSet, b: IntervalSet): IntervalSet {
  const left: Interval[] = [];
  let j = 0;
  for (const { from, to } of a) {
    let at = from;
    while ((b[j]?.to ?? Infinity) <= at) j += 1;
    for (let k = j; at < to; k += 1) {
      const hole = b[k];
      if (hole === undefined || hole.from >= to) {
        left.push({ from: at, to });
        break;
      }
      if (hole.from > at) left.push({ from: at, to: hole.from });
      at = Math.max(at, hole.to);
    }
  }
  return left;
}

export function clip(set: IntervalSet, window: Interval): IntervalSet {
  return intersect(set, merge([window]));
}

export function totalMs(set: IntervalSet): number {
  return set.reduce((sum, { from, to }) => sum + (to - from), 0);
}

export function contains(set: IntervalSet, at: EpochMs): boolean {
  return set.some(({ from, to }) => from <= at && at < to);
}

/** The earliest `ms` milliseconds of the set. */
export function earliest(set: IntervalSet, ms: number): IntervalSet {
  const taken: Interval[] = [];
  let left = ms;
  for (const { from, to } of set) {
    if (left <= 0) break;
    const end = Math.min(to, from + left);
    taken.push({ from, to: end });
    left -= end - from;
  }
  return taken;
}
