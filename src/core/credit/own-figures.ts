import type { MeanFigures } from '../measurement/figures.js';
import type { QualityMetric } from '../plan.js';
import { coveredFigures } from '../quality/covered-figures.js';
import type { PathMonth } from '../quality.js';
import type { Interval } from '../time/intervals.js';
import type { CauseInput } from './cause.js';

/** The figures of a path that a credit is based on; null when the coverage is too small. */
type OwnFigures = MeanFigures | null;

/** The metric of a path over the days on which it was part of the service (first rule set: over the whole month). */
export function ownFigures(metric: QualityMetric, path: PathMonth, input: CauseInput): OwnFigures {
  if (input.ruleSet === 1) return path[metric];
  return coveredFigures(metric, path, input.month, input);
}

/** The metric of a path over one day of the service. */
export function dayFigures(
  metric: QualityMetric,
  path: PathMonth,
  day: Interval,
  input: CauseInput,
): OwnFigures {
  if (input.ruleSet === 1) return input.figuresOf(path.path, path[metric].leftOut, day);
  return coveredFigures(metric, path, day, input);
}
