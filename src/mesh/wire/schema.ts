import { z } from 'zod';
import { icmpErrorKinds, missingReasons, roundStatuses, stampSources } from '../../core/measurement/round.js';
import { isPathId, isPopId } from '../../core/path.js';
import type { PathId } from '../../core/types.js';
import { traceMethods, traceReasons } from '../../core/trace/trace.js';
import { blindReasons, observerStates, portStates } from '../../core/watch/outage.js';

/**
 * What the head of a message has to be. Unknown keys are let be: they are what a newer agent says more. What rounds
 * have in common stands in columns, one entry a round or a size, since that is what packs and reads best.
 */
const count = z.int().min(0);
/** Up to the year 9999: what can be written as a date. */
const instant = z.int().min(0).max(253_402_300_799_999);
const text = z.string().max(2_000);
const pop = z.string().refine(isPopId);
const path = z.custom<PathId>((value) => typeof value === 'string' && isPathId(value));
const column = <Item extends z.ZodType>(item: Item) => z.array(item).default([]);
const reason = z.enum(blindReasons);
const edge = z.object({ at: instant, earliest: instant, latest: instant });
export const measuredStatuses = roundStatuses.filter((status) => status !== 'missing');

const icmpError = z.object({
  bytes: count,
  error: z.enum(icmpErrorKinds).catch('other'),
  type: count.max(255),
  code: count.max(255),
  from: text.nullable(),
  mtu: count.nullable(),
  count,
});

const rounds = z.object({
  /** Places in `paths`. */
  path: column(count),
  slot: column(instant),
  status: column(z.enum(measuredStatuses)),
  reason: column(text.nullable()),
  address: column(text.nullable()),
  /** After the slot, and after the start. */
  startedAfterMs: column(z.int()),
  tookMs: column(z.int()),
  lostAfterMs: column(count),
  driver: column(text),
  stamps: column(z.enum(stampSources)),
  fallbackStamps: column(count),
  socketDrops: column(count.nullable()),
  sendLagUs: column(z.number().nullable()),
  p50Us: column(z.number().nullable()),
  p99Us: column(z.number().nullable()),
  /** How many of `sizes` are the round's. */
  sizes: column(count),
  /** Bytes of its packets; null: their retention has passed. */
  packetsBytes: column(count.nullable()),
  /**
   * Statuses that a hub of version 1 does not know; `status` then has the nearest that it does. Like the two columns
   * of this kind below, it is left out where no entry needs it.
   */
  exactStatus: z.array(text.nullable()).optional(),
  /** The places of packets that left and were in flight at the end; in the packed bytes they are `aborted`. */
  inFlight: z.array(z.array(z.object({ size: count, packets: z.array(count) })).nullable()).optional(),
  /** From version 2 on; left out by those before. */
  icmpErrors: z.array(z.array(icmpError).nullable()).optional(),
});

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
  rounds: rounds.prefault({}),
  sizes: sizes.prefault({}),
  missing: missing.prefault({}),
  outages: column(outage),
  states: column(state),
  spans: column(span),
  blind: column(blind),
  /** From version 2 on. */
  traces: column(trace),
  sightings: column(sighting),
});

export type Head = z.output<typeof headSchema>;
