import { z } from 'zod';
import { exclusionKinds } from '../../core/exclusion.js';
import { lengthBases } from '../../core/measurement/round.js';
import { currencyDecimals, parseAmount } from '../../core/money.js';
import { capTimes, circumstances } from '../../core/plan.js';
import { oneOf, scalar, textual, whole, wrong, type Wrong, yesOrNo } from '../scalars.js';
import { dscp } from '../scalars/dscp.js';
import { causeSchema, windowKeys } from './causes.js';
import { exampleSchema } from './examples.js';
import {
  clause,
  decimal,
  identifier,
  lineCount,
  localDate,
  longWords,
  noticeTime,
  percentOfOne,
  perUnitKeys,
  positive,
  rulingsList,
  shareKeys,
  signedDecimal,
  textsByField,
  timeZone,
  words,
} from './scalars.js';

/** Amounts by currency, in minor units. */
const amounts = () =>
  scalar(
    'a mapping of currencies to amounts in quotes, such as { HKD: "50.00" }',
    (input): ReadonlyMap<string, bigint> | Wrong => {
      if (typeof input !== 'object' || input === null || Array.isArray(input))
        return wrong('is not a mapping');
      const read = new Map<string, bigint>();
      for (const [currency, text] of Object.entries(input)) {
        const decimals = currencyDecimals(currency);
        if (decimals === null)
          return wrong(`has ${JSON.stringify(currency)}, which is no currency of ISO 4217`);
        const amount = parseAmount(String(text), decimals);
        if ('fault' in amount) return wrong(`at ${currency}: ${amount.fault}`);
        read.set(currency, amount.minor);
      }
      return read;
    },
  ).meta({
    type: 'object',
    additionalProperties: { type: ['string', 'number'] },
    examples: [{ HKD: '50.00' }],
  });

const groups = () => oneOf(['service', 'site', 'customer']);

const availabilityStepSchema = z.strictObject({
  below: percentOfOne().describe(
    'The step applies when the availability of the month is below this percentage; at exactly this one it does not.',
  ),
  ...shareKeys,
  ...perUnitKeys('percentage points below the bound'),
});

const classSchema = z.strictObject({
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

const creditSchema = z.strictObject({
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

const availabilitySchema = z.strictObject({
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

const latencySchema = z.strictObject({
  leavesOut: leavesOut(),
  excessDecimals: whole(0, 6)
    .default(1)
    .describe(
      'The excess over the commitment in percent is rounded half-up to so many decimals for its band.',
    ),
  bands: bands(),
});

const lossSchema = z.strictObject({
  leavesOut: leavesOut(),
  commitmentPercent: percentOfOne().describe(
    'The loss that is promised not to be exceeded, in percent of packets.',
  ),
  bands: bands(),
});

const jitterSchema = z.strictObject({
  leavesOut: leavesOut().default(['planned-maintenance']),
  commitmentMs: positive()
    .nullable()
    .default(null)
    .describe('The jitter (mean round-trip packet delay variation) that is promised, in milliseconds.'),
});

const trafficClassSchema = z.strictObject({
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

const measurementSchema = z.strictObject({
  sizes: z.array(whole(1, 65_575)).describe('The sizes of the packets of a round, in bytes.'),
  lengthBasis: oneOf(lengthBases).describe(
    'What a size is the length of: the ICMP message with its header, the IP packet, or the payload.',
  ),
  packets: whole(1, 10_000).describe('Packets of each size.'),
  minimumSent: whole(0, 10_000)
    .optional()
    .describe(
      'A size counts when so many of its packets were sent; left out: nine in ten of packets; 0: whatever could be sent.',
    ),
  everyMinutes: whole(1, 1440).describe('Minutes between rounds; a divisor of a day.'),
  lostAfterMs: whole(1, 60_000).describe('A later reply is lost; one at exactly that time is not.'),
});

const exclusionsSchema = z.strictObject({
  plannedMaintenance: z
    .strictObject({
      notice: noticeTime()
        .optional()
        .describe('The least time between the notice and the start, in hours; none: no notice is asked for.'),
      noticeHours: whole(0, 8784).optional().describe('What notice was called at first.'),
      allowance: z
        .strictObject({
          hours: decimal().describe('Hours of planned maintenance of a line.'),
          per: oneOf(['month', 'year']).describe('Of each month, or of each calendar year.'),
        })
        .nullable()
        .default(null)
        .describe('Planned maintenance beyond it excuses no outage; left out: no bound.'),
    })
    .describe('Planned maintenance.'),
  forceMajeure: z
    .strictObject({
      noticeWithinDays: whole(0, 366)
        .nullable()
        .describe('Written notice so many days after the start at the latest; null: no notice is asked for.'),
      proof: yesOrNo().describe('Whether proof is asked for.'),
    })
    .describe('Force majeure.'),
});

const rulingSchema = z.strictObject({
  id: identifier().describe('What the ruling is called.'),
  field: textual('a path such as credit.caps', (text) => text)
    .meta({ type: 'string' })
    .describe('The field that it explains: credit.caps, classes.single.steps.'),
  clause: clause().nullable().default(null).describe('The clause that leaves it open; null: there is none.'),
  text: longWords().describe('How the document is read, in each language that statements are written in.'),
  when: oneOf(circumstances)
    .nullable()
    .default(null)
    .describe('Which statements tell it; null: those that its field had a part in.'),
});

const versionSchema = z.strictObject({
  effectiveFrom: localDate().describe('The first day that the version is in force.'),
  /** What the version is called; its date when nothing is said. */
  version: identifier().optional().describe('What the version is called; left out: its first day.'),
  timeZone: timeZone().describe('IANA name. Months and days begin at its midnight.'),
  measurement: measurementSchema.describe('How rounds are measured.'),
  exclusions: exclusionsSchema.describe('What an excuse needs to be one.'),
  availability: availabilitySchema.describe('What is an outage, and what excuses it.'),
  latency: latencySchema.describe('Round-trip latency of the paths.'),
  loss: lossSchema.describe('Round-trip packet loss of the paths.'),
  jitter: jitterSchema.prefault({}).describe('Mean round-trip packet delay variation (RFC 5481).'),
  trafficClasses: z
    .array(trafficClassSchema)
    .default([])
    .describe('Targets by class of traffic, which a path belongs to by the DSCP of its probes.'),
  classes: z.array(classSchema).describe('Classes of service: what each promises, and its credits.'),
  credit: creditSchema.describe('What is credited, and its limits.'),
  faultReports: z
    .strictObject({
      firstResponseMinutes: whole(1, 10_080)
        .nullable()
        .default(null)
        .describe('How soon a report is answered.'),
      repairMinutes: whole(1, 44_640)
        .nullable()
        .default(null)
        .describe('How soon a reported fault is repaired.'),
    })
    .prefault({})
    .describe('What is promised about fault reports; it carries no credit.'),
  tax: z
    .strictObject({
      ratePercent: percentOfOne().nullable().describe('In percent; null: the plan does not say.'),
    })
    .default({ ratePercent: null })
    .describe('The tax contained in the rents; a service may have its own rate.'),
  clauses: textsByField()
    .default(new Map())
    .describe('By field (credit.caps, classes.single.steps): the clause of the document it comes from.'),
  rulings: z
    .preprocess(rulingsList, z.array(rulingSchema))
    .default([])
    .describe('How the document is read where it is silent or contradicts itself.'),
});

/** A plan file: strict, in words that a contract has. */
export const planSchema = z.strictObject({
  id: identifier().describe('What services and cases name the plan by.'),
  name: words().describe('One text, or texts by language: { en: …, zh-CN: … }.'),
  source: longWords().nullable().default(null).describe('The document that the plan was written from.'),
  versions: z.array(versionSchema).describe('In the order in which they come into force.'),
  examples: z
    .array(exampleSchema)
    .default([])
    .describe('Worked examples of credits, which pop-sla plan test runs.'),
});

export type RawPlan = z.output<typeof planSchema>;
export type RawVersion = RawPlan['versions'][number];
