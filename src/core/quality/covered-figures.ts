import type { FiguresOf, MeanFigures } from '../measurement/figures.js';
import { compare, ratio, type Rational } from '../number.js';
import type { PlanVersion, QualityMetric } from '../plan.js';
import { clip, contains, subtract, union, type Interval, type IntervalSet } from '../time/intervals.js';
import { slotsBetween } from '../time/slot.js';
import type { PathId } from '../types.js';
import type { PathMonth } from '../quality.js';

/** Where a service's figures come from. */
export interface ServiceFigures {
  readonly plan: PlanVersion;
  readonly figuresOf: FiguresOf;
  /** When the service had the path. */
  readonly ownTime: (path: PathId) => IntervalSet;
}

/**
 * A path's figures over a part of the month in which the service had it; null: fewer of the rounds due were held than
 * the plan asks for, so that nothing is shown. Of jitter the rounds that have one count.
 */
export function coveredFigures(
  metric: QualityMetric,
  path: PathMonth,
  within: Interval,
  { plan, figuresOf, ownTime }: ServiceFigures,
): MeanFigures | null {
  const promised = clip(ownTime(path.path), within);
  const out = union(path[metric].leftOut, subtract([{ from: within.from, to: within.to }], promised));
  const everyMs = plan.measurement.everyMinutes * 60_000;
  const due = slotsBetween(within.from, within.to, everyMs).filter((slot) => !contains(out, slot)).length;
  const figures = figuresOf(path.path, out, within);
  const held = metric === 'jitter' ? figures.jittered : figures.held;
  return covers(held, due, plan.credit.minimumCoverage) ? figures : null;
}

const covers = (held: number, due: number, minimum: Rational): boolean =>
  due > 0 && held > 0 && compare(ratio(BigInt(held), BigInt(due)), minimum) >= 0;
