import { z } from 'zod';
import { capTimes } from '../../../core/plan/plan.js';
import { oneOf, whole } from '../../scalars/plain.js';
import { amounts } from './amounts.js';
import { causeSchema } from './causes.js';
import { perUnitKeys, shareKeys } from './share.js';
import { identifier, lineCount, percentOfOne, words } from './scalars.js';

const groups = () => oneOf(['service', 'site', 'customer']);

const availabilityStepSchema = z.strictObject({
  below: percentOfOne().describe(
    'The step applies when the availability of the month is below this percentage; at exactly this one it does not.',
  ),
  ...shareKeys,
  ...perUnitKeys('percentage points below the bound'),
});

export const classSchema = z.strictObject({
  id: identifier().describe('What services name it by.'),
  name: words().describe('One text, or texts by language.'),
  commitmentPercent: percentOfOne().describe('The availability that is promised, in percent of the period.'),
  lines: lineCount().describe(
    'How many lines a service of the class has: 1, { min: 2 } or { min: 1, max: 4 }.',
  ),
  steps: z
    .array(availabilityStepSchema)
    .default([])
    .describe(
      'Credit by the availability of the month, from the mildest step to the deepest: the deepest counts.',
    ),
});

const capSchema = z
  .strictObject({
    per: groups().describe('Whose credits are limited together.'),
    over: oneOf(capTimes).describe(
      'The time over which they are: this month, the calendar quarter or year, the twelve months up to this one, or the twelve months from the anniversary of the start.',
    ),
    of: oneOf(['billed', 'full-month'])
      .default('billed')
      .describe('The share is one of the rents billed in that time so far, or of one full monthly rent.'),
    ...shareKeys,
  })
  .describe('A limit to what is credited. Caps apply in the order of the plan.');

const claimSchema = z
  .strictObject({
    withinDays: whole(1, 3660).optional().describe('The last day to claim: so many days after.'),
    after: oneOf(['month', 'outage'])
      .optional()
      .describe("Days after the month's end (left out: this), or after the end of each outage."),
    withinMonths: whole(1, 24)
      .optional()
      .describe('The last day to claim is the last of the n-th month after: 1 is the end of the next month.'),
  })
  .describe('When the customer has to claim.');

export const creditSchema = z.strictObject({
  base: oneOf(['billed', 'full-month']).describe(
    'What a credit is a share of: the rent billed for the days of the service in the month, or the full monthly rent.',
  ),
  of: oneOf(['service', 'site'])
    .default('service')
    .describe("Whose rent it is: the affected service's, or the rents of all services at its site."),
  minimumCoveragePercent: percentOfOne()
    .prefault(50)
    .describe(
      'A cause on latency, loss or jitter pays nothing for a figure that fewer of the rounds due were held for.',
    ),
  combine: oneOf(['add', 'largest']).describe(
    'Several causes in one month: all of them, or the largest only.',
  ),
  causes: z.array(causeSchema).default([]).describe('Credits beside those by the availability of the month.'),
  caps: z.array(capSchema).describe('Limits to what is credited; an empty list: none.'),
  minimumPayable: z
    .strictObject({
      per: groups().describe('Whose credits are added up for it.'),
      amounts: amounts().describe('By currency; in a currency that is not listed there is no minimum.'),
    })
    .nullable()
    .default(null)
    .describe('Credits that together are less are not paid.'),
  claimWithinDays: whole(1, 3660)
    .nullable()
    .default(null)
    .describe('Short for claim: { withinDays: N, after: month }.'),
  claim: claimSchema
    .nullable()
    .default(null)
    .describe('When the customer has to claim; left out: no claim is needed.'),
  paidOn: oneOf(['same-invoice', 'next-invoice'])
    .default('same-invoice')
    .describe("Which invoice a credit lowers: that of its own month, or the next month's."),
});
