import { z } from 'zod';
import { missingReasons } from '../../core/measurement/round.js';
import { isPathId, isPopId } from '../../core/path.js';
import type { PathId } from '../../core/types.js';
import { traceMethods, traceReasons } from '../../core/trace/trace.js';
import { blindReasons, observerStates, portStates } from '../../core/watch/outage.js';
import { column, count, instant, roundColumnsSchema, text } from './rounds.js';

/**
 * What the head of a message has to be. Unknown keys are let be: they are what a newer agent says more. What rounds
 * have in common stands in columns, one entry a round or a size, since that is what packs and reads best.
 */
const pop = z.string().refine(isPopId);
const path = z.custom<PathId>((value) => typeof value === 'string' && isPathId(value));
const reason = z.enum(blindReasons);
const edge = z.object({ at: instant, earliest: instant, latest: instant });

const sizes = z.object({
  bytes: column(count),
  sent: column(count),
  received: column(count),
  late: column(count),
  errors: column(count),
  notSent: column(count),
  duplicates: column(count),
  mismatched: column(count),
  rttSumUs: column(count),
  rttMinUs: column(count.nullable()),
  rttMaxUs: column(count.nullable()),
});

const missing = z.object({
  path: column(count),
  slot: column(instant),
  /** A newer agent may know more reasons. */
  reason: column(z.enum(missingReasons).catch('unknown')),
  exactReason: z.array(text.nullable()).optional(),
});

const outage = z
  .object({
    observer: pop,
    port: pop,
    start: edge,
    end: edge.nullable(),
    openedAt: instant,
    closedAt: instant.nullable(),
    inferred: z.array(z.object({ from: instant, to: instant, reason })),
    voided: z.object({ at: instant, reason }).nullable(),
  })
  .refine(
    ({ start, end, closedAt }) => (end === null) === (closedAt === null) && (!end || end.at >= start.at),
  );

const state = z.object({
  observer: pop,
  port: pop.nullable(),
  at: instant,
  state: z.enum([...portStates, ...observerStates]),
  reason: reason.nullable(),
});
const span = z.object({ observer: pop, from: instant, to: instant }).refine(({ from, to }) => from <= to);
const blind = z
  .object({ observer: pop, port: pop.nullable(), from: instant, to: instant.nullable(), reason })
  .refine(({ from, to }) => to === null || from <= to);
const traceAnswer = z.object({
  from: text,
  rttUs: count,
  type: count.max(255),
  code: count.max(255),
});
const traceRun = z.object({
  method: z.enum(traceMethods),
  hops: z.array(z.object({ ttl: count.max(255), tries: z.array(traceAnswer.nullable()).max(16) })).max(255),
  reached: z.boolean(),
  failure: text.nullable(),
});
const trace = z.object({
  observer: pop,
  port: pop,
  at: instant,
  reason: z.enum(traceReasons),
  address: text,
  runs: z.array(traceRun).max(8),
});
const sighting = z.object({ path, firstSeenAt: instant, lastSeenAt: instant });

export const headSchema = z.object({
  pop,
  paths: column(path),
  rounds: roundColumnsSchema.prefault({}),
  sizes: sizes.prefault({}),
  missing: missing.prefault({}),
  outages: column(outage),
  states: column(state),
  spans: column(span),
  blind: column(blind),
  /** From version 2 on. */
  traces: column(trace),
  /** The configured paths, by the name that version 1 gave them. */
  sightings: column(sighting),
});

export type Head = z.output<typeof headSchema>;
