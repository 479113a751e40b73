import { z } from 'zod';
import { exclusionKinds } from '../../../core/exclusion/kinds.js';
import { oneOf, whole } from '../../scalars/plain.js';
import { windowKeys } from './causes.js';
import { dscp } from '../../scalars/dscp.js';
import { decimal, identifier, percentOfOne, positive, signedDecimal, words } from './scalars.js';

const kinds = (text: string) => z.array(oneOf(exclusionKinds)).describe(text);

const leavesOut = () => kinds('The kinds of exclusion whose rounds are left out of the figure of the month.');

/** From the best to the worst; the last has no end. */
const bands = () =>
  z
    .array(
      z.strictObject({
        id: identifier().describe('What results call it.'),
        name: words().describe('One text, or texts by language.'),
        upToPercent: signedDecimal()
          .nullable()
          .default(null)
          .describe('The last percentage that belongs to the band; the last band has none.'),
      }),
    )
    .describe('Names for the figure, from the best to the worst.');

const outagesSchema = z.strictObject({
  startsAt: oneOf(['detection', 'report', 'earlier-of-report-and-detection'])
    .default('detection')
    .describe(
      "When an outage begins: at the probe's detection; at the customer's report or ticket, without which there is no outage; or at whichever came first.",
    ),
  shortestMinutes: decimal()
    .default({ n: 0n, d: 1n })
    .describe('An outage that is shorter counts for nothing.'),
  countedInMinutes: positive()
    .nullable()
    .default(null)
    .describe('The duration of each outage is counted in units of so many minutes; left out: exactly.'),
  count: oneOf(['started', 'full'])
    .default('started')
    .describe('With countedInMinutes: a unit that has begun counts whole, or only full units do.'),
});

export const availabilitySchema = z.strictObject({
  excusedTime: oneOf(['keep', 'remove-from-period']).describe(
    'Excused time stays in the period as available time, or what is excused on all lines of a service leaves it.',
  ),
  excusedBy: kinds('The kinds of exclusion that excuse an outage.'),
  incompleteAbovePercent: percentOfOne().describe(
    'More of the period unobserved than this percentage makes the month incomplete.',
  ),
  outages: outagesSchema.prefault({}).describe('When an outage begins, and how its duration is counted.'),
  degradedIsDown: z
    .array(z.strictObject(windowKeys))
    .default([])
    .describe('Windows in which the traffic was so bad that they count as downtime of the service.'),
});

export const latencySchema = z.strictObject({
  leavesOut: leavesOut(),
  excessDecimals: whole(0, 6)
    .default(1)
    .describe(
      'The excess over the commitment in percent is rounded half-up to so many decimals for its band.',
    ),
  bands: bands(),
});

export const lossSchema = z.strictObject({
  leavesOut: leavesOut(),
  commitmentPercent: percentOfOne().describe(
    'The loss that is promised not to be exceeded, in percent of packets.',
  ),
  bands: bands(),
});

export const jitterSchema = z.strictObject({
  leavesOut: leavesOut().default(['planned-maintenance']),
  commitmentMs: positive()
    .nullable()
    .default(null)
    .describe('The jitter (mean round-trip packet delay variation) that is promised, in milliseconds.'),
});

export const trafficClassSchema = z.strictObject({
  id: identifier().describe('What causes name it by.'),
  name: words().describe('One text, or texts by language.'),
  dscp: z
    .array(dscp())
    .describe('The code points that belong to it: names such as EF or AF41, or numbers 0 to 63.'),
  latencyMs: positive()
    .nullable()
    .default(null)
    .describe('The latency that is promised; a commitment of the path itself comes before it.'),
  lossPercent: percentOfOne().nullable().default(null).describe("In place of the plan's loss commitment."),
  jitterMs: positive().nullable().default(null).describe("In place of the plan's jitter commitment."),
});
