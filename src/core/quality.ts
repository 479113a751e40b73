import { coversPath, type Exclusion, type ExclusionKind } from './exclusion.js';
import type { FiguresOf, MeanFigures } from './measurement/figures.js';
import { asPercent, compare, divide, multiply, ratio, type Rational, roundTo, subtract } from './number.js';
import { pathEnds } from './path.js';
import type { Band, LatencyRules, LossRules, Measure, PlanVersion, QualityMetric } from './plan.js';
import { contains, type IntervalSet, merge, union } from './time/intervals.js';
import type { Month } from './time/calendar.js';
import { slotsBetween } from './time/slot.js';
import type { EpochMs, PathId } from './types.js';

/** (measured − committed) / committed, in percent, exact. */
export function excessPercent(measured: Rational, committed: Rational): Rational {
  return asPercent(divide(subtract(measured, committed), committed));
}

function bandOf(bands: readonly Band[], percent: Rational): Band | null {
  return bands.find((band) => band.upToPercent === null || compare(percent, band.upToPercent) <= 0) ?? null;
}

/** The band of an exact excess, which is rounded first (contract 2.2 (2): the table has one decimal). */
export function latencyBand(excess: Rational, rules: LatencyRules): Band | null {
  return bandOf(rules.bands, roundTo(excess, rules.excessDecimals));
}

/** The band of an exact loss, a share of 1. */
export function lossBand(loss: Rational, rules: LossRules): Band | null {
  return bandOf(rules.bands, asPercent(loss));
}

/** What is promised of a path. Latency and jitter in microseconds, loss as a share of 1; null: nothing is. */
interface Targets {
  readonly latencyUs: Rational | null;
  readonly loss: Rational | null;
  readonly jitterUs: Rational | null;
}

/** What a metric is held against, by the words of the plan. */
interface Asked {
  readonly metric: QualityMetric;
  readonly measure: Measure;
}

/**
 * A metric of a path in the unit of its measure: percent of excess over the commitment, excess in ms or percentage
 * points, or the figure in ms or percent. Null: not measured, or there is no commitment to exceed. Throws a `RangeError`
 * where an excess in percent is asked of a commitment of 0: nothing says what that is, and it must not pass for none.
 */
export function measured(
  { metric, measure }: Asked,
  figures: Pick<MeanFigures, 'latencyUs' | 'loss' | 'jitterUs'>,
  targets: Targets,
): Rational | null {
  const key = metric === 'latency' ? 'latencyUs' : metric === 'jitter' ? 'jitterUs' : 'loss';
  const [figure, target] = [figures[key], targets[key]];
  if (figure === null) return null;
  const inUnit = (value: Rational): Rational =>
    metric === 'loss' ? asPercent(value) : multiply(value, ratio(1n, 1000n));
  if (measure === 'absolute') return inUnit(figure);
  if (target === null) return null;
  if (measure === 'excess') return inUnit(subtract(figure, target));
  if (target.n === 0n)
    throw new RangeError(`an excess in percent over a ${metric} commitment of 0 is no figure`);
  return excessPercent(figure, target);
}

export function unitOf({
  metric,
  measure,
}: Asked): 'excess-percent' | 'excess-points' | 'excess-ms' | 'percent' | 'ms' {
  if (measure === 'excess-percent') return 'excess-percent';
  if (measure === 'excess') return metric === 'loss' ? 'excess-points' : 'excess-ms';
  return metric === 'loss' ? 'percent' : 'ms';
}

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
  // A commitment of 0 has no excess in percent, and is no reason to judge nothing else.
  const over = commitmentUs !== null && commitmentUs.n > 0n ? commitmentUs : null;
  const excess = over && latency.latencyUs ? excessPercent(latency.latencyUs, over) : null;
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
