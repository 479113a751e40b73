import { z } from 'zod';
import { oneOf, whole } from '../../scalars/plain.js';
import { amounts } from './amounts.js';
import { decimal, fraction, identifier, lineCount, percentOfOne, words } from './scalars.js';

/** A part of the rent: exactly one of the two. */
const share = { percent: decimal().optional(), fraction: fraction().optional() };

export const classSchema = z.strictObject({
  id: identifier(),
  name: words(),
  commitmentPercent: percentOfOne(),
  lines: lineCount(),
  /** Credit by availability, from the mildest to the deepest. */
  steps: z.array(z.strictObject({ below: percentOfOne(), ...share })).default([]),
});

/**
 * One flat mapping for every kind of cause, so that a wrong key gets a message in its own words; which keys belong to
 * which kind is checked beside it.
 */
const causeSchema = z.strictObject({
  kind: oneOf(['latency', 'loss', 'downtime', 'failed-days', 'long-outages']),
  id: identifier(),
  name: words(),
  classes: z.array(identifier()).nullable().default(null),
  measure: oneOf(['excess-percent', 'absolute']).optional(),
  decimals: whole(0, 6).optional(),
  paths: oneOf(['worst', 'each']).optional(),
  steps: z
    .array(z.strictObject({ over: decimal().optional(), from: decimal().optional(), ...share }))
    .optional(),
  unitMinutes: decimal().optional(),
  count: oneOf(['started', 'full']).optional(),
  over: oneOf(['month', 'outage']).optional(),
  allowanceMinutes: decimal().optional(),
  metric: oneOf(['availability', 'latency', 'loss']).optional(),
  belowPercent: percentOfOne().optional(),
  overPercent: decimal().optional(),
  longerThanMinutes: decimal().optional(),
  ...share,
});

const capSchema = z.strictObject({
  per: oneOf(['service', 'site', 'customer']),
  over: oneOf(['month', 'rolling-year']),
  of: oneOf(['billed', 'full-month']).default('billed'),
  ...share,
});

export const creditSchema = z.strictObject({
  base: oneOf(['billed', 'full-month']),
  of: oneOf(['service', 'site']).default('service'),
  minimumCoveragePercent: percentOfOne().prefault(50),
  combine: oneOf(['add', 'largest']),
  causes: z.array(causeSchema).default([]),
  caps: z.array(capSchema),
  minimumPayable: z
    .strictObject({ per: oneOf(['service', 'site', 'customer']), amounts: amounts() })
    .nullable()
    .default(null),
  claimWithinDays: whole(1, 3660).nullable().default(null),
});

export type RawCause = z.output<typeof causeSchema>;
