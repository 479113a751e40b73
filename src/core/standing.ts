import type { Rational } from './number.js';
import type { Band, PlanVersion } from './plan.js';
import {
  excessPercent,
  judgePath,
  latencyBand,
  lossBand,
  type PathMonth,
  type PathMonthInput,
} from './quality.js';
import { dueSlots, type DueSpan, notDueIn } from './time/slot.js';
import type { Interval } from './time/intervals.js';
import type { Month } from './time/calendar.js';
import type { EpochMs, PathId } from './types.js';

/** A band by its place in the plan: 0 is the best. */
interface GradedBand {
  readonly id: string;
  readonly level: number;
}

/** What figures of a path are worth. */
export interface Grade {
  /** In percent, exact; null without a commitment or a latency. */
  readonly excess: Rational | null;
  readonly latencyBand: GradedBand | null;
  readonly lossBand: GradedBand | null;
}

/** A path over a window that ends with its newest slot: that round, the last 24 hours, or the month to date. */
export interface WindowStanding extends Grade, Interval {
  /** Microseconds, exact; null when no packet came back. */
  readonly latencyUs: Rational | null;
  /** A share of 1, exact; null when no round is held. */
  readonly loss: Rational | null;
  /** Slots due until now, those left out not among them. */
  readonly due: number;
  readonly held: number;
}

/** How a path stands. */
export interface PathStanding {
  /** The id of the plan that it is judged by. */
  readonly plan: string;
  /** Microseconds; null: none is promised. */
  readonly commitmentUs: Rational | null;
  /** The newest slot that had its time: one round, or none. */
  readonly round: WindowStanding;
  readonly day: WindowStanding;
  readonly month: WindowStanding;
  /** Rounds of the month that were due since the path was first configured, and are not held; absent: not known. */
  readonly missing?: number;
}

/** What a plan says of quality, for whoever draws it. */
export interface QualityTerms {
  readonly plan: string;
  readonly latency: PlanVersion['latency'];
  readonly loss: PlanVersion['loss'];
}

export interface Graded {
  readonly latencyUs: Rational | null;
  readonly loss: Rational | null;
}

/** The bands of figures by a plan: of a round as of a month (rules, section 5). */
export function grade(
  { latencyUs, loss }: Graded,
  commitmentUs: Rational | null,
  plan: Pick<PlanVersion, 'latency' | 'loss'>,
): Grade {
  const excess = commitmentUs && latencyUs ? excessPercent(latencyUs, commitmentUs) : null;
  return {
    excess,
    latencyBand: graded(excess && latencyBand(excess, plan.latency), plan.latency.bands),
    lossBand: graded(loss && lossBand(loss, plan.loss), plan.loss.bands),
  };
}

const graded = (band: Band | null, bands: readonly Band[]): GradedBand | null =>
  band && { id: band.id, level: bands.indexOf(band) };

/** How the paths of the mesh stood when each was last judged. */
export interface MeshStanding {
  /** Another one whenever a path was judged. */
  readonly version: number;
  /** When all of them had been looked at once more; null: not yet. */
  readonly judgedAt: EpochMs | null;
  /**
   * By id: those of this agent, and those that others brought rounds of within a day; null: it is not judged yet.
   */
  readonly paths: ReadonlyMap<PathId, PathStanding | null>;
  /** Of every plan that judges one of them. */
  readonly terms: readonly QualityTerms[];
}

export const emptyMesh: MeshStanding = { version: 0, judgedAt: null, paths: new Map(), terms: [] };

export const windowKinds = ['round', 'last-24h', 'month-to-date'] as const;
export type WindowKind = (typeof windowKinds)[number];

/** A stretch of slots that a band is given for (contract 2.2 (2)): one round, the last 24 h, the month until now. */
export interface BandWindow extends Interval {
  readonly kind: WindowKind;
}

interface WindowsInput {
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

interface PathWindowInput extends Omit<PathMonthInput, 'slots'> {
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
