import { compare, type Rational } from '../number/rational.js';
import type { LineInterval } from './case.js';
import { judgeMonths, type MonthJudgement, type ServiceMonth } from './judge.js';

/** The case's outages with their edges moved as far as what was measured allows. */
export interface OutageBounds {
  /** Each from its earliest start to its latest end. */
  readonly longest: readonly LineInterval[];
  /** Each from its latest start to its earliest end; an empty or reversed one is none. */
  readonly shortest: readonly LineInterval[];
}

/** Between what one service's figures lie by the uncertainty of its outages' edges. */
export interface ServiceBounds {
  /** Shares of 1, exact. */
  readonly availabilityLow: Rational;
  readonly availabilityHigh: Rational;
  /** Minor units, after the caps and the minimum. */
  readonly creditLow: bigint;
  readonly creditHigh: bigint;
}

/**
 * The months of several plans judged twice more, with every outage at its longest and at its shortest: bounds for each
 * of their services, in their order; what was judged lies within them. `moved` goes with `judged`, one for each.
 */
export function boundsOf(
  judged: readonly MonthJudgement[],
  moved: readonly OutageBounds[],
): ServiceBounds[][] {
  const again = (outagesOf: (bounds: OutageBounds) => readonly LineInterval[]): readonly MonthJudgement[] => {
    const outages = judged.map((_, index) => (moved[index] ? outagesOf(moved[index]) : []));
    if (judged.every((one, index) => one.case.outages.length === 0 && outages[index]?.length === 0))
      return judged;
    return judgeMonths(
      judged.map((one, index) => ({
        case: { ...one.case, outages: outages[index] ?? [] },
        figures: one.figuresOf,
        paths: one.paths,
      })),
    );
  };
  const all = [judged, again(({ longest }) => longest), again(({ shortest }) => shortest)];
  return judged.map((one, plan) =>
    one.services.map((_, index) => between(all.flatMap((each) => each[plan]?.services[index] ?? []))),
  );
}

function between(services: readonly ServiceMonth[]): ServiceBounds {
  // A cap shares out: when others' outages are longer too, a service may get less. So neither end is taken as given.
  const shares = services.map(({ availability }) => availability.availability).sort(compare);
  const amounts = services.map(({ amount }) => amount).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const [availabilityLow, availabilityHigh] = [shares[0], shares.at(-1)];
  const [creditLow, creditHigh] = [amounts[0], amounts.at(-1)];
  if (!availabilityLow || !availabilityHigh || creditLow === undefined || creditHigh === undefined)
    throw new RangeError('a month was judged without its services');
  return { availabilityLow, availabilityHigh, creditLow, creditHigh };
}

export const availabilityDiffers = ({ availabilityLow, availabilityHigh }: ServiceBounds): boolean =>
  compare(availabilityLow, availabilityHigh) !== 0;

export const creditDiffers = ({ creditLow, creditHigh }: ServiceBounds): boolean => creditLow !== creditHigh;
