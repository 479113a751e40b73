import { z } from 'zod';
import { lengthBases } from '../../../core/measurement/length.js';
import { circumstances } from '../../../core/plan/plan.js';
import { textual } from '../../scalars/scalar.js';
import { oneOf, whole, yesOrNo } from '../../scalars/plain.js';
import { classSchema, creditSchema } from './credit.js';
import { exampleSchema } from './examples.js';
import {
  availabilitySchema,
  jitterSchema,
  latencySchema,
  lossSchema,
  trafficClassSchema,
} from './quality.js';
import {
  decimal,
  identifier,
  localDate,
  noticeTime,
  percentOfOne,
  textsByField,
  timeZone,
  rulingsList,
  longWords,
  clause,
  words,
} from './scalars.js';

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
