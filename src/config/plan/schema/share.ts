import { oneOf } from '../../scalars/plain.js';
import { decimal, fraction, positive } from './scalars.js';

/** A part of the rent: exactly one of the two, which is checked beside the schema. */
export const shareKeys = {
  percent: decimal().optional().describe('The credit in percent of the rent.'),
  fraction: fraction().optional().describe('The credit as a part of the rent: 1/30 is a day of a month.'),
};

/** What a step, or a cause, gives at the most. */
export const atMostKeys = {
  atMostPercent: decimal().optional().describe('No more than this percentage of the rent.'),
  atMostFraction: fraction().optional().describe('No more than this part of the rent: 7/30 is seven days.'),
};

/** A step whose share is given again for each unit beyond the bound. */
export const perUnitKeys = (unit: string) => ({
  forEvery: positive()
    .optional()
    .describe(`The share is given once for every so many ${unit}, not once for the step.`),
  count: oneOf(['started', 'full'])
    .optional()
    .describe('With forEvery: a unit that has begun counts (left out: this), or only full ones do.'),
  ...atMostKeys,
});
