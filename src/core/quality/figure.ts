import { asPercent } from '../number/decimal.js';
import { multiply, ratio, subtract, type Rational } from '../number/rational.js';
import type { MeanFigures } from '../measurement/figures.js';
import type { Measure, QualityMetric } from '../plan/plan.js';
import { excessPercent } from './band.js';

/** What is promised of a path. Latency and jitter in microseconds, loss as a share of 1; null: nothing is. */
export interface Targets {
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
 * points, or the figure in ms or percent. Null: not measured, or there is no commitment (above 0) to exceed.
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
  return target.n === 0n ? null : excessPercent(figure, target);
}

export function unitOf({
  metric,
  measure,
}: Asked): 'excess-percent' | 'excess-points' | 'excess-ms' | 'percent' | 'ms' {
  if (measure === 'excess-percent') return 'excess-percent';
  if (measure === 'excess') return metric === 'loss' ? 'excess-points' : 'excess-ms';
  return metric === 'loss' ? 'percent' : 'ms';
}
