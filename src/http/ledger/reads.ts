import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type CustomerRegistry, serviceTermsIn } from '../../core/customer/book.js';
import { exclusionKinds } from '../../core/exclusion.js';
import { exclusionStates } from '../../core/ledger/exclusions.js';
import { traceMethods, traceReasons } from '../../core/trace/trace.js';
import { outageCauses } from '../../core/watch/attribution.js';
import { blindReasons } from '../../core/watch/outage.js';
import { exclusionJson, outageJson } from '../../render/ledger.js';
import type { LedgerBacklog } from '../../services/ledger/backlog.js';
import type { Impact } from '../../services/months/impact.js';
import { addRoute, amount, digits, isoTime, pageAnswer, pageOf, pageQuery, span } from '../route/route.js';
import { ending, id, instant, limit, month, type Reading, text, words } from '../route/input.js';
import { ownExclusions, ownOutages, shownAvailability, shownImpact } from './shown.js';

export const attachment = z.strictObject({ sha256: z.string(), name: z.string(), bytes: z.int() });
const texts = z.array(z.string());
const deed = z.strictObject({ actor: z.string(), at: isoTime(), reason: z.string().nullable() }).nullable();

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
  proposed: deed,
  approved: deed,
  rejected: deed,
  revoked: deed,
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

const availability = z.strictObject({
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

const tag = 'ledger';
const method = 'GET';
const ofExclusion = z.strictObject({ id: id() });

/** A hash from before: it has to be in the history. */
const head = () =>
  text(
    (given): Reading<string> =>
      /^[0-9a-f]{64}$/.test(given)
        ? { value: given }
        : { detail: 'is no hash; allowed: 64 hexadecimal digits' },
    { description: 'a head from before, which has to be in the history', pattern: '^[0-9a-f]{64}$' },
  );

interface LedgerReadsOptions {
  readonly office: LedgerBacklog;
  /** Who buys what, as it is in force. */
  readonly book: () => CustomerRegistry;
}

/** `/api/v1/outages`, `/exclusions`, `/availability`, `/audit` and `/attachments`: what was entered, and what it does. */
export function ledgerReads(server: FastifyInstance, { office, book }: LedgerReadsOptions): void {
  const { desk } = office;
  addRoute(server, {
    method,
    url: '/api/v1/outages',
    operationId: 'listOutages',
    tag,
    access: 'outages:read',
    summary: 'Outages as they were measured, as they were corrected, and as they count.',
    query: z.strictObject({
      port: words(32).optional(),
      from: instant().optional(),
      to: ending().optional(),
      ...pageQuery,
      // What each was is worked out from many rows.
      limit: limit(200).optional(),
      ref: words(200).optional(),
      open: z.enum(['true', 'false']).default('false').meta({ description: 'only those that go on' }),
      order: z.enum(['oldest', 'newest']).default('oldest'),
    }),
    answer: {
      description: 'a page of the outages',
      schema: z.strictObject({
        outages: z.array(outage),
        total: z.int().meta({ description: 'of all pages' }),
        ...pageAnswer,
      }),
    },
    handle: async ({ query: { port, from, to, ref, open, order, ...place }, caller }) => {
      const wanted = {
        ...(port !== undefined && { port }),
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
      };
      const own = caller.own();
      const found = ownOutages(await desk.outages(wanted), own).filter(
        (one) =>
          (ref === undefined || one.ref === ref) &&
          (open === 'false' || (one.counts !== null && one.counts.to === null)),
      );
      const shown = order === 'newest' ? found.toReversed() : found;
      const { page, nextCursor } = pageOf(shown, place, (one) => one.ref);
      const outages = own === null ? await desk.attributed(page) : page;
      return {
        outages: outages.map((one) => outageJson(one, desk.networkOf)),
        total: shown.length,
        nextCursor,
      };
    },
  });
  addRoute(server, {
    method,
    url: '/api/v1/exclusions',
    operationId: 'listExclusions',
    tag,
    access: 'exclusions:read',
    summary: 'Every exclusion, in the order they were proposed.',
    query: z.strictObject({ state: z.enum(exclusionStates).optional(), ...pageQuery }),
    answer: {
      description: 'a page of the exclusions',
      schema: z.strictObject({ exclusions: z.array(exclusion), ...pageAnswer }),
    },
    handle: async ({ query, caller }) => {
      const shown = ownExclusions(await desk.exclusions(), caller.own()).filter(
        ({ state }) => state === (query.state ?? state),
      );
      const { page, nextCursor } = pageOf(shown, query, ({ id: key }) => key);
      return { exclusions: page.map(exclusionJson), nextCursor };
    },
  });
  addRoute(server, {
    method,
    url: '/api/v1/exclusions/:id',
    operationId: 'getExclusion',
    tag,
    access: 'exclusions:read',
    summary: 'One exclusion.',
    params: ofExclusion,
    answer: { description: 'the exclusion', schema: exclusion },
    handle: async ({ params, caller }) => {
      const own = caller.own();
      if (own === null) return exclusionJson(await desk.exclusion(params.id));
      const mine = ownExclusions(await desk.exclusions(), own).find(({ id: found }) => found === params.id);
      return mine ? exclusionJson(mine) : null;
    },
  });
  addRoute(server, {
    method,
    url: '/api/v1/exclusions/:id/impact',
    operationId: 'getExclusionImpact',
    tag,
    access: 'exclusions:impact',
    summary: 'The services whose figures an exclusion changes, or would when it is approved.',
    params: ofExclusion,
    answer: { description: 'from what to what', schema: impacts },
    handle: async ({ params, caller }) => {
      const impacts = await office.impact(params.id);
      return {
        id: params.id,
        impacts: impacts.map((impact) => shownImpact(impact, customerOn(book(), impact), caller)),
      };
    },
  });
  addRoute(server, {
    method,
    url: '/api/v1/availability',
    operationId: 'getAvailability',
    tag,
    access: 'availability:read',
    summary: 'A month of every service, judged from what was watched and entered.',
    query: z.strictObject({ month: month() }),
    answer: { description: 'the month', schema: availability },
    handle: async ({ query, caller }) =>
      shownAvailability(await office.availability(query.month), book(), caller),
  });
  addRoute(server, {
    method,
    url: '/api/v1/audit',
    operationId: 'verifyAudit',
    tag,
    access: 'audit:read',
    summary: 'Whether the history of the ledger is the one that was written.',
    query: z.strictObject({ head: head().optional() }),
    answer: { description: 'what was found', schema: audited },
    handle: ({ query }) => office.audit(query.head),
  });
  addRoute(server, {
    method,
    url: '/api/v1/attachments/:hash',
    operationId: 'getAttachment',
    tag,
    access: 'attachments:read',
    summary: 'A file that proves something, by the SHA-256 of its content.',
    params: z.strictObject({ hash: id() }),
    answer: { description: 'the file', contentType: 'application/octet-stream' },
    handle: async ({ params, reply }) => {
      const content = await office.attachment(params.hash);
      if (content === null) return null;
      // Never shown in place: what people attach is not ours to run.
      return reply
        .type('application/octet-stream')
        .header('content-disposition', 'attachment')
        .send(Buffer.from(content));
    },
  });
}

/** Whose the service was then: its id may be somebody else's before and after. */
function customerOn(
  { services }: CustomerRegistry,
  { service, from }: Pick<Impact, 'service' | 'from'>,
): string | null {
  return serviceTermsIn(services, service, from.slice(0, 7))?.customer ?? null;
}
