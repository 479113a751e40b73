import { coversPath, type Exclusion } from '../exclusion/exclusion.js';
import type { ExclusionKind } from '../exclusion/kinds.js';
import type { FiguresOf, MeanFigures } from '../measurement/figures.js';
import type { Rational } from '../number/rational.js';
import { pathEnds } from '../path/path.js';
import type { Band, PlanVersion } from '../plan/plan.js';
import { contains, merge, union, type IntervalSet } from '../time/intervals.js';
import type { Month } from '../time/month.js';
import { slotsBetween } from '../time/slot.js';
import type { EpochMs, PathId } from '../types.js';
import { excessPercent, latencyBand, lossBand } from './band.js';
import type { Targets } from './figure.js';

/** A metric of one path over one month, less what the plan leaves out of it. */
export interface MetricMonth extends MeanFigures {
  /** Slots due, those left out not among them. */
  readonly due: number;
  /** When slots count for nothing: by the plan, or since none is due. */
  readonly leftOut: IntervalSet;
}

export interface PathMonth {
  readonly path: PathId;
  /** Microseconds; null: none is promised. */
  readonly commitmentUs: Rational | null;
  readonly latency: MetricMonth;
  readonly loss: MetricMonth;
  /** `held` counts rounds held, not those with a jitter (`jittered`). */
  readonly jitter: MetricMonth;
  /** The class of traffic that its probes belong to; null: none. */
  readonly trafficClass: string | null;
  readonly targets: Targets;
  /** Outside of the path's dates. */
  readonly notDue: IntervalSet;
  /** Every round held of a slot that was due, nothing left out. */
  readonly raw: MeanFigures;
  /** In percent, exact. */
  readonly excess: Rational | null;
  readonly latencyBand: Band | null;
  readonly lossBand: Band | null;
}

export interface PathMonthInput {
  readonly path: PathId;
  readonly plan: PlanVersion;
  readonly slots: readonly EpochMs[];
  /** None by default. */
  readonly notDue?: IntervalSet;
  readonly figuresOf: FiguresOf;
  readonly exclusions: readonly Exclusion[];
  readonly commitmentUs: Rational | null;
  /** The code point that its probes carry; none by default. */
  readonly dscp?: number | null;
}

/** The due instants of the month. The whole month's, whatever services' periods are. */
export function dueSlots(month: Month, plan: PlanVersion): EpochMs[] {
  return slotsBetween(month.from, month.to, plan.measurement.everyMinutes * 60_000);
}

export function judgePath(input: PathMonthInput): PathMonth {
  const { path, plan, notDue = [], dscp = null } = input;
  const traffic = dscp === null ? undefined : plan.trafficClasses.find((each) => each.dscp.includes(dscp));
  const commitmentUs = input.commitmentUs ?? traffic?.latencyUs ?? null;
  const latency = metricMonth(input, plan.latency.leavesOut);
  const loss = metricMonth(input, plan.loss.leavesOut);
  const jitter = metricMonth(input, plan.jitter.leavesOut);
  const excess = commitmentUs && latency.latencyUs ? excessPercent(latency.latencyUs, commitmentUs) : null;
  return {
    path,
    commitmentUs,
    latency,
    loss,
    jitter,
    trafficClass: traffic?.id ?? null,
    targets: {
      latencyUs: commitmentUs,
      loss: traffic?.loss ?? plan.loss.commitment,
      jitterUs: traffic?.jitterUs ?? plan.jitter.commitmentUs,
    },
    notDue,
    raw: input.figuresOf(path, notDue),
    excess,
    latencyBand: excess && latencyBand(excess, plan.latency),
    lossBand: loss.loss && lossBand(loss.loss, plan.loss),
  };
}

function metricMonth(input: PathMonthInput, kinds: readonly ExclusionKind[]): MetricMonth {
  const leftOut = union(leftOutOf(input.path, input.exclusions, kinds), input.notDue ?? []);
  const due = leftOut.length === 0 ? input.slots : input.slots.filter((slot) => !contains(leftOut, slot));
  return { due: due.length, leftOut, ...input.figuresOf(input.path, leftOut) };
}

/** When slots of the path are left out. */
export function leftOutOf(
  path: PathId,
  exclusions: readonly Exclusion[],
  kinds: readonly ExclusionKind[],
): IntervalSet {
  const ends = pathEnds(path);
  if (!ends) return [];
  const at = { id: path, ...ends };
  return merge(exclusions.filter(({ kind, scope }) => kinds.includes(kind) && coversPath(scope, at)));
}
