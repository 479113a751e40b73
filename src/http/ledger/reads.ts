import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { mostCharacters } from '../../core/text/limits.js';
import { type CustomerRegistry, serviceTermsIn } from '../../core/customer/book.js';
import { exclusionStates } from '../../core/ledger/exclusions.js';
import { exclusionJson, outageJson } from '../../render/ledger.js';
import type { LedgerBacklog } from '../../services/ledger/backlog.js';
import type { Impact } from '../../services/months/impact.js';
import { ending, id, instant, limit, month, type Reading, text, words } from '../route/input.js';
import { addOperation, addRoute, pageAnswer, pageOf, pageQuery } from '../route/route.js';
import { audited, availability, exclusion, impacts, outage } from './answers.js';
import { ownExclusions, ownOutages, seesPartOf, shownAvailability, shownImpact } from './shown.js';

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
    {
      description: 'a head from before, which has to be in the history',
      pattern: '^[0-9a-f]{64}$',
      maxLength: mostCharacters.label,
    },
  );

interface LedgerReadsOptions {
  readonly ledgerBacklog: LedgerBacklog;
  /** Who buys what, as it is in force. */
  readonly book: () => CustomerRegistry;
}

/** `/api/v1/outages`, `/exclusions`, `/availability`, `/audit` and `/attachments`: what was entered, and what it does. */
export function ledgerReads(server: FastifyInstance, { ledgerBacklog, book }: LedgerReadsOptions) {
  const { ledgerService } = ledgerBacklog;
  const listOutages = addOperation(server, {
    method,
    url: '/api/v1/outages',
    operationId: 'listOutages',
    tag,
    access: 'outages:read',
    summary: 'Outages as they were measured, as they were corrected, and as they count.',
    query: z.strictObject({
      port: words('word').optional(),
      from: instant().optional(),
      to: ending().optional(),
      ...pageQuery,
      // What each was is worked out from many rows.
      limit: limit(200).optional(),
      ref: words('name').optional(),
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
      const scope = caller.scope();
      const found = ownOutages(await ledgerService.outages(wanted), scope).filter(
        (one) =>
          (ref === undefined || one.ref === ref) &&
          (open === 'false' || (one.counts !== null && one.counts.to === null)),
      );
      const shown = order === 'newest' ? found.toReversed() : found;
      const { page, nextCursor } = pageOf(shown, place, (one) => one.ref);
      const outages = scope === null ? await ledgerService.attributed(page) : page;
      return {
        outages: outages.map((one) => outageJson(one, ledgerService.networkOf)),
        total: shown.length,
        nextCursor,
      };
    },
  });
  const listExclusions = addOperation(server, {
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
      const shown = ownExclusions(await ledgerService.exclusions(), caller.scope()).filter(
        ({ state }) => state === (query.state ?? state),
      );
      const { page, nextCursor } = pageOf(shown, query, ({ id: key }) => key);
      return { exclusions: page.map(exclusionJson), nextCursor };
    },
  });
  const getExclusion = addOperation(server, {
    method,
    url: '/api/v1/exclusions/:id',
    operationId: 'getExclusion',
    tag,
    access: 'exclusions:read',
    summary: 'One exclusion.',
    params: ofExclusion,
    answer: { description: 'the exclusion', schema: exclusion },
    handle: async ({ params, caller }) => {
      const scope = caller.scope();
      if (scope === null) return exclusionJson(await ledgerService.exclusion(params.id));
      const mine = ownExclusions(await ledgerService.exclusions(), scope).find(
        ({ id: found }) => found === params.id,
      );
      return mine ? exclusionJson(mine) : null;
    },
  });
  const getExclusionImpact = addOperation(server, {
    method,
    url: '/api/v1/exclusions/:id/impact',
    operationId: 'getExclusionImpact',
    tag,
    access: 'exclusions:impact',
    summary: 'The services whose figures an exclusion changes, or would when it is approved.',
    params: ofExclusion,
    answer: { description: 'from what to what', schema: impacts },
    handle: async ({ params, caller }) => {
      const impacts = await ledgerBacklog.impact(params.id);
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
    handle: async ({ query, caller }) => {
      const month = await ledgerBacklog.availability(query.month);
      const partly = seesPartOf(month, caller);
      const onDays = partly ? await ledgerBacklog.availabilityOnDays(query.month, caller.sees) : month;
      return shownAvailability({ month, onDays }, book(), caller);
    },
  });
  const verifyAudit = addOperation(server, {
    method,
    url: '/api/v1/audit',
    operationId: 'verifyAudit',
    tag,
    access: 'audit:read',
    summary: 'Whether the history of the ledger is the one that was written.',
    query: z.strictObject({ head: head().optional() }),
    answer: { description: 'what was found', schema: audited },
    handle: ({ query }) => ledgerBacklog.audit(query.head),
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
      const content = await ledgerBacklog.attachment(params.hash);
      if (content === null) return null;
      // Never shown in place: what people attach is not ours to run.
      return reply
        .type('application/octet-stream')
        .header('content-disposition', 'attachment')
        .send(Buffer.from(content));
    },
  });
  return { listOutages, listExclusions, getExclusion, getExclusionImpact, verifyAudit };
}

/** Whose the service was then: its id may be somebody else's before and after. */
function customerOn(
  { services }: CustomerRegistry,
  { service, from }: Pick<Impact, 'service' | 'from'>,
): string | null {
  return serviceTermsIn(services, service, from.slice(0, 7))?.customer ?? null;
}
