import { z } from 'zod';
import { exclusionKinds } from '../../core/exclusion.js';
import { exclusionStates } from '../../core/ledger/exclusions.js';
import { traceMethods, traceReasons } from '../../core/trace/trace.js';
import { outageCauses } from '../../core/watch/attribution.js';
import { blindReasons } from '../../core/watch/outage.js';
import { amount, digits, isoTime, span } from '../route/route.js';

export const attachment = z.strictObject({ sha256: z.string(), name: z.string(), bytes: z.int() });
const texts = z.array(z.string());
const mark = z.strictObject({ actor: z.string(), at: isoTime(), reason: z.string().nullable() }).nullable();

const scope = z.union([
  z.literal('all'),
  z.strictObject({ pops: texts, paths: texts, lines: texts, services: texts, customers: texts }),
]);

export const exclusion = z.strictObject({
  id: z.string(),
  state: z.enum(exclusionStates),
  kind: z.enum(exclusionKinds),
  scope,
  intervals: z.array(span()),
  recurrence: z.strictObject({ cron: z.string(), durationMs: z.int(), zone: z.string() }).nullable(),
  notices: z.array(z.strictObject({ at: isoTime(), text: z.string().nullable() })),
  reason: z.string(),
  proof: z.string().nullable(),
  attachments: z.array(attachment),
  source: z.string().nullable(),
  proposed: mark,
  approved: mark,
  rejected: mark,
  revoked: mark,
});

const edge = z.strictObject({ at: isoTime(), earliest: isoTime(), latest: isoTime() });
const measured = z.strictObject({
  observer: z.string(),
  start: edge,
  end: edge.nullable(),
  inferred: z.array(z.strictObject({ from: isoTime(), to: isoTime(), reason: z.enum(blindReasons) })),
  voided: z.strictObject({ at: isoTime(), reason: z.enum(blindReasons) }).nullable(),
});
const correction = z.strictObject({
  id: z.string(),
  does: z.enum(['add', 'correct', 'void']),
  actor: z.string(),
  at: isoTime(),
  reason: z.string(),
  evidence: z.string().nullable(),
  attachments: z.array(attachment),
  interval: span().nullable(),
});

const attribution = z
  .strictObject({
    cause: z.enum(outageCauses),
    down: texts.meta({ description: 'the observers that saw the port down' }),
    up: texts.meta({ description: 'those that reached it' }),
    blind: texts.meta({ description: 'those that could say nothing' }),
    needed: z.int().meta({ description: 'how many have to see a port down' }),
    paths: texts.meta({ description: 'the paths that failed, where it was paths' }),
    alive: z.boolean().nullable().meta({ description: 'whether the agent in the PoP reached anybody' }),
  })
  .nullable()
  .meta({ description: 'what it was by what all observers saw; null: nobody saw it' });

const traceHop = z.strictObject({ ttl: z.int(), from: z.string(), network: z.string().nullable() });
const trace = z
  .strictObject({
    observer: z.string(),
    port: z.string(),
    at: isoTime(),
    reason: z.enum(traceReasons),
    address: z.string(),
    runs: z.array(
      z.strictObject({
        method: z.enum(traceMethods),
        reached: z.boolean(),
        failure: z.string().nullable(),
        endedAt: traceHop.nullable().meta({ description: 'the last hop that anybody answered from' }),
        hops: z.array(
          z.strictObject({
            ttl: z.int(),
            tries: z.array(
              z
                .strictObject({
                  from: z.string(),
                  rttUs: z.int(),
                  type: z.int(),
                  code: z.int(),
                  network: z.string().nullable().meta({ description: 'whose it is, by the configuration' }),
                })
                .nullable(),
            ),
          }),
        ),
      }),
    ),
  })
  .nullable();
const traces = z
  .strictObject({ then: trace, before: trace })
  .nullable()
  .meta({ description: 'the path to the port when it broke, and before in quiet; null: not traced' });

export const outage = z.strictObject({
  ref: z.string(),
  port: z.string(),
  counts: span().nullable(),
  measured: measured.nullable(),
  attribution,
  corrections: z.array(correction),
  traces,
});

const figures = z.strictObject({
  availabilityPercent: digits(),
  availabilityLowerBoundPercent: digits(),
  unavailableMs: z.int(),
  excusedMs: z.int(),
  unobservedMs: z.int(),
  creditPercent: digits(),
  credit: amount(),
});

export const impacts = z.strictObject({
  id: z.string(),
  impacts: z.array(
    z.strictObject({
      month: z.string(),
      plan: z.string(),
      service: z.string(),
      from: isoTime(),
      currency: z.string(),
      without: figures,
      with: figures,
    }),
  ),
});

const bounds = z
  .strictObject({
    availabilityLowPercent: digits(),
    availabilityHighPercent: digits(),
    creditLow: amount(),
    creditHigh: amount(),
  })
  .nullable()
  .meta({ description: 'what the edges of its outages leave open; null: nothing' });

const service = z.strictObject({
  id: z.string(),
  site: z.string(),
  class: z.string(),
  customer: z.string().nullable(),
  plan: z.strictObject({ id: z.string(), version: z.string() }),
  period: z.strictObject({ from: isoTime(), to: isoTime(), totalMs: z.int() }),
  unavailableMs: z.int(),
  excusedMs: z.int(),
  unobservedMs: z.int(),
  complete: z.boolean(),
  availabilityPercent: digits().meta({
    description: 'whole month: of the whole period, while it is not over if nothing more happens in it',
  }),
  availabilityLowerBoundPercent: digits().meta({
    description: 'the same with unobserved time that nothing excuses counted as down',
  }),
  toDate: z
    .strictObject({ availabilityPercent: digits(), availabilityLowerBoundPercent: digits() })
    .nullable()
    .meta({ description: 'so far: of the time that has passed; null: the month is over, or has not begun' }),
  observedPercent: digits()
    .nullable()
    .meta({ description: 'of the time so far, how much all lines were watched; null before it begins' }),
  commitmentPercent: digits(),
  met: z
    .boolean()
    .nullable()
    .meta({ description: 'null: not shown, since too much of the period was unobserved' }),
  rent: z.strictObject({ amount: amount(), currency: z.string() }),
  credit: z.strictObject({ percent: digits(), uncapped: amount(), amount: amount(), capped: z.boolean() }),
  bounds,
  unwatchedPorts: texts,
});

export const availability = z.strictObject({
  month: z.string(),
  asOf: isoTime(),
  final: z.boolean(),
  services: z.array(service),
  unjudged: z
    .array(
      z.strictObject({
        service: z.string(),
        customer: z.string().nullable(),
        site: z.string(),
        reason: z.string(),
      }),
    )
    .meta({ description: 'services with a day in the month that can not be judged' }),
  sites: z.array(
    z.strictObject({
      site: z.string(),
      currency: z.string(),
      rent: amount(),
      cap: amount(),
      credit: amount(),
    }),
  ),
});

export const audited = z.strictObject({
  ok: z.boolean(),
  events: z.int(),
  head: z.string(),
  attachments: z.int(),
  faults: texts,
  trail: z.strictObject({ entries: z.int(), head: z.string() }),
});
