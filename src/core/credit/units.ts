import { ceil, compare, divide, floor, multiply, ratio, subtract, type Rational } from '../number.js';
import type { FigureStep, PerUnit } from '../plan.js';
import type { Share } from '../share.js';

/** What a step gives for a figure: its share so many times, bounded by `atMost`. */
interface StepCredit {
  readonly units: bigint;
  readonly share: Share;
  readonly atMost: Share | null;
}

/** Units in `amount`: every one that has begun, or those that are full. `unit` is above 0. */
export function unitsIn(amount: Rational, unit: Rational, count: 'started' | 'full'): bigint {
  if (amount.n <= 0n) return 0n;
  const exact = divide(amount, unit);
  return count === 'started' ? ceil(exact) : floor(exact);
}

/**
 * The share once, or once for each unit beyond the bound. From a bound that belongs to the step (`from`), a figure that
 * is exactly there has begun its first unit.
 */
export function creditOfStep(
  share: Share,
  perUnit: PerUnit | null,
  beyond: Rational,
  inclusive = false,
): StepCredit | null {
  if (perUnit === null) return { units: 1n, share, atMost: null };
  const { unit, count, atMost } = perUnit;
  const atBound = inclusive && count === 'started' && beyond.n === 0n;
  const units = atBound ? 1n : unitsIn(beyond, unit, count);
  return units === 0n ? null : { units, share, atMost };
}

/** The deepest step that a figure is in. */
function stepOf(steps: readonly FigureStep[], figure: Rational): FigureStep | undefined {
  return steps.findLast(({ over, inclusive }) => {
    const difference = compare(figure, over);
    return difference > 0 || (inclusive && difference === 0);
  });
}

/** What the steps give for a figure, with the bound that decided; null: nothing. */
export function creditOfFigure(steps: readonly FigureStep[], figure: Rational) {
  const step = stepOf(steps, figure);
  if (!step) return null;
  const given = creditOfStep(step.credit, step.perUnit, subtract(figure, step.over), step.inclusive);
  if (given === null) return null;
  const bound = { is: step.inclusive ? 'from' : 'over', value: step.over } as const;
  return { ...given, bound };
}

/** `units` shares, no more than `atMost`, of 1. */
export function sizeOfCredit({ units, share, atMost }: StepCredit): Rational {
  const size = multiply(share.of, ratio(units));
  return atMost !== null && compare(size, atMost.of) > 0 ? atMost.of : size;
}
