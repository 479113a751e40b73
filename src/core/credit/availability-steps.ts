import { asPercent } from '../number/decimal.js';
import { compare, subtract } from '../number/rational.js';
import { causeCredit, type CauseCredit, type CauseInput } from './cause.js';
import { creditOfStep } from './units.js';

/** The deepest step whose upper bound the availability is below (lower bounds are inclusive, contract 2.2 (1)). */
export function availabilityCredit({ serviceClass, availability, base }: CauseInput): CauseCredit {
  const index = serviceClass.steps.findLastIndex(
    (step) => compare(availability.availability, step.below) < 0,
  );
  const step = serviceClass.steps[index];
  const figure = asPercent(availability.availability);
  const given =
    step && creditOfStep(step.credit, step.perUnit, subtract(step.below, availability.availability));
  return causeCredit(
    'availability',
    step ? `classes.${serviceClass.id}.steps[${index}]` : `classes.${serviceClass.id}.steps`,
    {
      notShown: [],
      reasons:
        step && given
          ? [
              {
                subject: 'service',
                figure,
                unit: 'percent',
                bound: { is: 'below', value: asPercent(step.below) },
                ...given,
              },
            ]
          : [],
    },
    base,
  );
}
