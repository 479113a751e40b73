import { z } from 'zod';
import { lengthBases } from '../../../core/measurement/length.js';
import { circumstances } from '../../../core/plan/plan.js';
import { textual } from '../../scalars/scalar.js';
import { oneOf, whole, yesOrNo } from '../../scalars/plain.js';
import { classSchema, creditSchema } from './credit.js';
import { availabilitySchema, latencySchema, lossSchema } from './quality.js';
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
  sizes: z.array(whole(1, 65_575)),
  lengthBasis: oneOf(lengthBases),
  packets: whole(1, 10_000),
  /** Nine in ten of `packets` when nothing is said. */
  minimumSent: whole(1, 10_000).optional(),
  everyMinutes: whole(1, 1440),
  lostAfterMs: whole(1, 60_000),
});

const exclusionsSchema = z.strictObject({
  plannedMaintenance: z.strictObject({
    notice: noticeTime().optional(),
    /** What `notice` was called at first. */
    noticeHours: whole(0, 8784).optional(),
    allowance: z
      .strictObject({ hours: decimal(), per: oneOf(['month', 'year']) })
      .nullable()
      .default(null),
  }),
  forceMajeure: z.strictObject({
    noticeWithinDays: whole(0, 366).nullable(),
    proof: yesOrNo(),
  }),
});

const rulingSchema = z.strictObject({
  id: identifier(),
  field: textual('a path such as credit.caps', (text) => text),
  clause: clause().nullable().default(null),
  text: longWords(),
  /** Where the field by itself doesn't say which statements it is told in. */
  when: oneOf(circumstances).nullable().default(null),
});

const versionSchema = z.strictObject({
  effectiveFrom: localDate(),
  /** What the version is called; its date when nothing is said. */
  version: identifier().optional(),
  timeZone: timeZone(),
  measurement: measurementSchema,
  exclusions: exclusionsSchema,
  availability: availabilitySchema,
  latency: latencySchema,
  loss: lossSchema,
  classes: z.array(classSchema),
  credit: creditSchema,
  faultReports: z
    .strictObject({
      firstResponseMinutes: whole(1, 10_080).nullable().default(null),
      repairMinutes: whole(1, 44_640).nullable().default(null),
    })
    .prefault({}),
  tax: z.strictObject({ ratePercent: percentOfOne().nullable() }).default({ ratePercent: null }),
  clauses: textsByField().default(new Map()),
  rulings: z.preprocess(rulingsList, z.array(rulingSchema)).default([]),
});

/** A plan file: strict, in words that a contract has. */
export const planSchema = z.strictObject({
  id: identifier(),
  name: words(),
  source: longWords().nullable().default(null),
  versions: z.array(versionSchema),
});

export type RawPlan = z.output<typeof planSchema>;
export type RawVersion = RawPlan['versions'][number];
