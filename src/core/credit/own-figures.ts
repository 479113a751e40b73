import type { MeanFigures } from '../measurement/figures.js';
import { compare, ratio, type Rational } from '../number/rational.js';
import type { MetricMonth, PathMonth } from '../quality/path-month.js';
import { clip, contains, subtract, union, type Interval } from '../time/intervals.js';
import type { CauseInput } from './cause.js';

/** A path's figure that a credit rests on; null: it has too little coverage to show anything. */
export type OwnFigures = MeanFigures | null;

/** The metric of a path over the days on which the service had it (the first rule set: over the whole month). */
export function ownFigures(metric: 'latency' | 'loss', path: PathMonth, input: CauseInput): OwnFigures {
  const whole = path[metric];
  if (input.ruleSet === 1) return whole;
  return coveredFigures(path, whole, input, input.month);
}

/** The metric of a path over one day of the service. */
export function dayFigures(
  metric: 'latency' | 'loss',
  path: PathMonth,
  day: Interval,
  input: CauseInput,
): OwnFigures {
  const whole = path[metric];
  if (input.ruleSet === 1) return input.figuresOf(path.path, whole.leftOut, day);
  return coveredFigures(path, whole, input, day);
}

function coveredFigures(
  { path }: PathMonth,
  { leftOut }: MetricMonth,
  { figuresOf, slots, ownTime, plan }: CauseInput,
  within: Interval,
): OwnFigures {
  const own = clip(ownTime(path), within);
  const out = union(leftOut, subtract([{ from: within.from, to: within.to }], own));
  const due = slots.filter((slot) => within.from <= slot && slot < within.to && !contains(out, slot)).length;
  const figures = figuresOf(path, out, within);
  return covers(figures.held, due, plan.credit.minimumCoverage) ? figures : null;
}

const covers = (held: number, due: number, minimum: Rational): boolean =>
  due > 0 && held > 0 && compare(ratio(BigInt(held), BigInt(due)), minimum) >= 0;
