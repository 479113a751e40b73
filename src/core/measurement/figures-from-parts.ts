import { contains, type Interval, type IntervalSet } from '../time/intervals.js';
import type { PathId } from '../types.js';
import { emptySums, figuresOf, type FiguresOf, type MeanSums } from './figures.js';
import type { FractionSum } from './mean.js';

/** What the rounds of one path sum up to over a part of the month. */
export interface SummedPart extends Interval {
  readonly sums: MeanSums;
}

/**
 * Figures from sums over parts of the month: sums by denominator add up, so any union of whole parts has the figures
 * that its rounds have, exactly. Throws a RangeError when asked for a piece of a part: that can't be told.
 */
export function figuresFromParts(partsOf: (path: PathId) => readonly SummedPart[]): FiguresOf {
  return (path, leftOut, within) => {
    const total = emptySums();
    for (const part of partsOf(path)) {
      const outside = within ? !lies(part, [within]) : false;
      if (lies(part, leftOut) || outside) continue;
      addSums(total, part.sums);
    }
    return figuresOf(total);
  };
}

/** Whether the whole part lies in the set, or nothing of it does. */
function lies(part: Interval, set: IntervalSet): boolean {
  if (set.some(({ from, to }) => (part.from < from && from < part.to) || (part.from < to && to < part.to))) {
    throw new RangeError(`the part from ${part.from} to ${part.to} is summed whole and can't be divided`);
  }
  return contains(set, part.from);
}

export function addSums(total: MeanSums, sums: MeanSums): void {
  total.held += sums.held;
  addFractions(total.latency, sums.latency);
  addFractions(total.loss, sums.loss);
  addFractions(total.jitter, sums.jitter);
}

function addFractions(total: FractionSum, { numerators, count }: FractionSum): void {
  total.count += count;
  for (const [denominator, numerator] of numerators) {
    total.numerators.set(denominator, (total.numerators.get(denominator) ?? 0n) + numerator);
  }
}
