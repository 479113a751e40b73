import { ceil, compare, divide, floor, multiply, ratio, subtract, type Rational } from '../number.js';
import type { FigureStep, PerUnit } from '../plan.js';
import type { Share } from '../share.js';

/** The credit of a step for a figure: `share`, `units` times, limited by `atMost`. */
interface StepCredit {
  readonly units: bigint;
  readonly share: Share;
  readonly atMost: Share | null;
}

/** The number of units in `amount`: every started one, or only full ones. `unit` must be above 0. */
export function unitsIn(amount: Rational, unit: Rational, count: 'started' | 'full'): bigint {
  if (amount.n <= 0n) return 0n;
  const exact = divide(amount, unit);
  return count === 'started' ? ceil(exact) : floor(exact);
}

/**
 * The share once, or once for each unit beyond the bound. When the bound itself belongs to the step (`from`), a figure
 * exactly at the bound has started its first unit.
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

/** The deepest step that applies to a figure. */
function stepOf(steps: readonly FigureStep[], figure: Rational): FigureStep | undefined {
  return steps.findLast(({ over, inclusive }) => {
    const difference = compare(figure, over);
    return difference > 0 || (inclusive && difference === 0);
  });
}

/** The credit of the steps for a figure, with the deciding bound; null when no step applies. */
export function creditOfFigure(steps: readonly FigureStep[], figure: Rational) {
  const step = stepOf(steps, figure);
  if (!step) return null;
  const given = creditOfStep(step.credit, step.perUnit, subtract(figure, step.over), step.inclusive);
  if (given === null) return null;
  const bound = { is: step.inclusive ? 'from' : 'over', value: step.over } as const;
  return { ...given, bound };
}

/** `units` times `share`, at most `atMost`, as a share of 1. */
export function sizeOfCredit({ units, share, atMost }: StepCredit): Rational {
  const size = multiply(share.of, ratio(units));
  return atMost !== null && compare(size, atMost.of) > 0 ? atMost.of : size;
}
