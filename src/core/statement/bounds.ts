import { compare, type Rational } from '../number/rational.js';
import type { LineInterval } from './case.js';
import { judgeMonth, type MonthJudgement } from './judge.js';

/** The case's outages with their edges moved as far as what was measured allows. */
export interface OutageBounds {
  /** Each from its earliest start to its latest end. */
  readonly longest: readonly LineInterval[];
  /** Each from its latest start to its earliest end; an empty or reversed one is none. */
  readonly shortest: readonly LineInterval[];
}

/** Between what one service segment's figures lie by the uncertainty of its outages' edges. */
export interface ServiceBounds {
  /** Shares of 1, exact. */
  readonly availabilityLow: Rational;
  readonly availabilityHigh: Rational;
  /** Minor units, after the caps and the minimum. */
  readonly creditLow: bigint;
  readonly creditHigh: bigint;
}

/**
 * The month judged twice more, with every outage at its longest and at its shortest: bounds for each of
 * `judged.services`, in their order; what was judged lies within them.
 */
export function boundsOf(judged: MonthJudgement, { longest, shortest }: OutageBounds): ServiceBounds[] {
  const again = (outages: readonly LineInterval[]): MonthJudgement =>
    outages.length === 0 && judged.case.outages.length === 0
      ? judged
      : judgeMonth({ ...judged.case, outages }, judged.figuresOf, judged.paths);
  const all = [judged, again(longest), again(shortest)];
  return judged.services.map((_, index) => {
    const services = all.flatMap(({ services: own }) => own[index] ?? []);
    // A cap shares out: when others' outages are longer too, a service may get less. So neither end is taken as given.
    const shares = services.map(({ availability }) => availability.availability).sort(compare);
    const amounts = services.map(({ amount }) => amount).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const [availabilityLow, availabilityHigh] = [shares[0], shares.at(-1)];
    const [creditLow, creditHigh] = [amounts[0], amounts.at(-1)];
    if (!availabilityLow || !availabilityHigh || creditLow === undefined || creditHigh === undefined)
      throw new RangeError('a month was judged without its services');
    return { availabilityLow, availabilityHigh, creditLow, creditHigh };
  });
}

export const availabilityDiffers = ({ availabilityLow, availabilityHigh }: ServiceBounds): boolean =>
  compare(availabilityLow, availabilityHigh) !== 0;

export const creditDiffers = ({ creditLow, creditHigh }: ServiceBounds): boolean => creditLow !== creditHigh;
