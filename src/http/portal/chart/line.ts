import type { EpochMs } from '../../../core/types.js';
import type { DrawnSlot } from './slots.js';

/** Where a chart is drawn, in units of its view box. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface LineOptions {
  readonly slots: readonly DrawnSlot[];
  readonly value: (slot: DrawnSlot) => number | null;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly everyMs: number;
  /** The value at the upper edge; the lower edge is `least`. */
  readonly least: number;
  readonly most: number;
  readonly box: Box;
}

export interface Line {
  /** A path for each stretch without a gap. */
  readonly paths: readonly string[];
  readonly gaps: readonly { readonly x: number; readonly width: number }[];
}

const short = (value: number): number => Math.round(value * 10) / 10;

/** From an instant to where it stands. */
export function acrossOf({ from, to, box }: Pick<LineOptions, 'from' | 'to' | 'box'>) {
  return (at: EpochMs): number =>
    short(box.left + (box.width * (Math.min(Math.max(at, from), to) - from)) / Math.max(1, to - from));
}

/** From a value to where it stands; what is over the edge stands at the edge. */
export function upOf({ least, most, box }: Pick<LineOptions, 'least' | 'most' | 'box'>) {
  const span = Math.max(1e-9, most - least);
  return (value: number): number =>
    short(box.top + box.height * (1 - Math.min(1, Math.max(0, (value - least) / span))));
}

/** A line with its gaps: each slot is drawn in the middle of its time. */
export function lineOf(options: LineOptions): Line {
  const { slots, value, everyMs } = options;
  const [across, up] = [acrossOf(options), upOf(options)];
  const paths: string[] = [];
  const gaps: { x: number; width: number }[] = [];
  let run: string[] = [];
  let gap: EpochMs | null = null;
  const endRun = (): void => {
    // One alone is a dot: the line has round ends.
    if (run.length > 0) paths.push(run.length === 1 ? `M${run[0] ?? ''}h.01` : `M${run.join('L')}`);
    run = [];
  };
  const endGap = (at: EpochMs): void => {
    if (gap !== null) gaps.push({ x: across(gap), width: short(across(at) - across(gap)) });
    gap = null;
  };
  for (const slot of slots) {
    const one = value(slot);
    if (one === null) {
      endRun();
      gap ??= slot.at;
    } else {
      endGap(slot.at);
      run.push(`${across(slot.at + everyMs / 2)} ${up(one)}`);
    }
  }
  endRun();
  endGap((slots.at(-1)?.at ?? 0) + everyMs);
  return { paths, gaps };
}
