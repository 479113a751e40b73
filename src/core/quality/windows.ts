import { dueSlots, notDueIn, type DueSpan } from '../time/due.js';
import type { Interval } from '../time/intervals.js';
import type { Month } from '../time/month.js';
import type { EpochMs } from '../types.js';
import { judgePath, type PathMonth, type PathMonthInput } from './path-month.js';

export const windowKinds = ['round', 'last-24h', 'month-to-date'] as const;
export type WindowKind = (typeof windowKinds)[number];

/** A stretch of slots that a band is given for (contract 2.2 (2)): one round, the last 24 h, the month until now. */
export interface BandWindow extends Interval {
  readonly kind: WindowKind;
}

export interface WindowsInput {
  /** The newest slot whose round has had its time: what is still being measured is not missing yet. */
  readonly newest: EpochMs;
  readonly everyMs: number;
  /** The month that `newest` lies in. */
  readonly month: Month;
}

const dayMs = 86_400_000;

/** The three windows that end with the newest slot. */
export function bandWindows({ newest, everyMs, month }: WindowsInput): readonly BandWindow[] {
  const to = newest + everyMs;
  return [
    { kind: 'round', from: newest, to },
    { kind: 'last-24h', from: to - dayMs, to },
    { kind: 'month-to-date', from: Math.min(month.from, to), to: Math.min(month.to, to) },
  ];
}

/** A path's figures and bands over a window. Coverage is `held` over `due` of each metric. */
export interface PathWindow extends PathMonth {
  readonly window: BandWindow;
}

export interface PathWindowInput extends Omit<PathMonthInput, 'slots'> {
  readonly window: BandWindow;
  readonly everyMs: number;
  /** When the path is measured at all. */
  readonly due: DueSpan;
}

/**
 * The same judgement that a month gets, over the slots of the window: what the plan leaves out of the month's figures
 * is left out here too, and stands beside them as `raw`. `figuresOf` is asked for the window alone.
 */
export function judgeWindow({ window, everyMs, due, ...input }: PathWindowInput): PathWindow {
  const { from, to } = window;
  const judged = judgePath({
    ...input,
    slots: dueSlots(from, to, everyMs, due),
    notDue: notDueIn({ from, to }, due),
    figuresOf: (path, leftOut) => input.figuresOf(path, leftOut, { from, to }),
  });
  return { ...judged, window };
}
