import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { validationError } from '../../core/ledger/errors.js';
import type { TicketState } from '../../core/ticket/actions.js';
import { statesOf, ticketEvents, type TicketStatus, ticketStatuses, tmfBase } from '../../render/tmf.js';
import { ValidationError } from '../../services/ledger/entries.js';
import { noSuchTarget } from '../../services/notifications/targets.js';
import type { NotifyTarget } from '../../store/statement-store.js';
import type { Caller } from '../access/caller.js';
import { checkMayBeNotified } from '../tickets/answers.js';
import type { TicketRoutes } from '../tickets/reads.js';
import { id, instant, type Reading, text, words } from '../route/input.js';
import { addRoute } from '../route/route.js';

const whole = (name: string, least: number, most: number) =>
  text(
    (given): Reading<number> => {
      const value = /^\d{1,9}$/.test(given) ? Number(given) : -1;
      return value >= least && value <= most
        ? { value }
        : { detail: `is not in range; allowed: a whole number from ${least} to ${most}` };
    },
    { description: `${name}: a whole number from ${least} to ${most}`, maxLength: 9 },
  );

const statuses = () =>
  text(
    (given): Reading<TicketState[]> => {
      const list = given.split(',');
      return list.every((one): one is TicketStatus => (ticketStatuses as readonly string[]).includes(one))
        ? { value: list.flatMap(statesOf) }
        : { detail: `has an unknown status; allowed: ${ticketStatuses.join(', ')}` };
    },
    { description: `statuses with commas between them, of ${ticketStatuses.join(', ')}`, maxLength: 200 },
  );

export const ticketFields = z.strictObject({
  fields: words(1000).optional(),
});

/** The filters of TMF630 that are known here. */
export const ticketQuery = z.strictObject({
  fields: words(1000).optional(),
  offset: whole('offset', 0, 1_000_000).optional(),
  limit: whole('limit', 1, 200).optional(),
  status: statuses().optional(),
  'creationDate.gte': instant().optional(),
  'creationDate.lt': instant().optional(),
  'relatedParty.partyOrPartyRole.id': words(64).optional(),
});

const meta = {
  '@type': words(100).optional(),
  '@baseType': words(100).optional(),
  '@schemaLocation': words(2000).nullish(),
};

const note = z.looseObject({ ...meta, id: words(100).optional(), text: words(10_000) });
const external = z.looseObject({
  ...meta,
  id: words(100),
  owner: words(100).nullish(),
  externalIdentifierType: words(100).nullish(),
});

const named = z.looseObject({ id: words(200) });
const related = z.looseObject({
  ...meta,
  role: words(100).optional(),
  id: words(200).optional(),
  entity: named.optional(),
});
const party = z.looseObject({
  ...meta,
  role: words(100).optional(),
  id: words(200).optional(),
  partyOrPartyRole: named.optional(),
});
const attachment = z.looseObject({
  ...meta,
  name: words(200),
  content: z.string().max(14_000_000).optional(),
  url: words(2000).optional(),
});

/** What is posted: other systems send more than is understood here, and that is let be. */
export const ticketCreate = z.looseObject({
  '@type': z.literal('TroubleTicket').optional(),
  description: words(10_000),
  severity: words(50),
  ticketType: words(50),
  name: words(200).nullish(),
  externalIdentifier: z.array(external).max(20).nullish(),
  note: z.array(note).max(50).nullish(),
  relatedEntity: z.array(related).max(50).nullish(),
  relatedParty: z.array(party).max(50).nullish(),
  attachment: z.array(attachment).max(10).nullish(),
});
export type TicketCreate = z.output<typeof ticketCreate>;

/** A merge patch (RFC 7396) of what may be changed. */
export const ticketPatch = z.strictObject({
  ...meta,
  id: words(20).optional(),
  href: words(2000).optional(),
  status: z
    .enum(ticketStatuses)
    .optional()
    .meta({ description: ticketStatuses.join(', ') }),
  statusChangeReason: words(10_000).nullish(),
  severity: words(50).optional(),
  name: words(200).optional(),
  externalIdentifier: z.array(external).max(20).optional(),
  note: z.array(note).max(200).optional(),
});
export type TicketPatch = z.output<typeof ticketPatch>;

const hubBody = z.strictObject({
  ...meta,
  id: words(100).optional(),
  callback: words(2000),
  query: words(1000).nullish(),
});

const tag = 'TMF621 trouble tickets';
const hub = z.strictObject({
  '@type': z.literal('Hub'),
  id: z.string(),
  callback: z.string(),
  query: z.string().nullable(),
});

const hubJson = ({ id: of, address, query }: NotifyTarget) => ({
  '@type': 'Hub',
  id: of,
  callback: address,
  query,
});

/** Listeners: their events are posted to `/listener/troubleTicket…Event` below the callback. */
export function hubRoutes(server: FastifyInstance, { ticketBacklog, config }: TicketRoutes): void {
  const { targets } = ticketBacklog;
  const url = `${tmfBase}/hub` as const;
  const own = async (caller: Caller, of: string): Promise<NotifyTarget | null> => {
    const found = await targets.get(of);
    const may = caller.reach === 'all' || found?.customer === caller.principal.customer;
    return found?.kind === 'tmf' && may ? found : null;
  };
  addRoute(server, {
    method: 'POST',
    url,
    operationId: 'createHub',
    tag,
    access: 'notifications:write',
    summary: 'Registers a listener; query may name its events: eventType=TroubleTicketCreateEvent.',
    body: hubBody,
    answer: { status: 201, description: 'registered', schema: hub },
    handle: async ({ body, caller, reply }) => {
      checkMayBeNotified(caller, config());
      const { callback, query = null } = body;
      const customer = caller.reach === 'all' ? null : caller.principal.customer;
      const added = await targets.add(caller.principal.name, {
        customer,
        kind: 'tmf',
        address: callback,
        secret: null,
        language: 'en',
        events: eventsOf(query),
        query,
      });
      reply.header('location', `${url}/${added.id}`);
      return hubJson(added);
    },
  });
  addRoute(server, {
    method: 'GET',
    url: `${url}/:id`,
    operationId: 'retrieveHub',
    tag,
    access: 'notifications:read',
    summary: 'One listener.',
    params: z.strictObject({ id: id() }),
    answer: { description: 'the listener', schema: hub },
    handle: async ({ params, caller }) => {
      const found = await own(caller, params.id);
      return found && hubJson(found);
    },
  });
  addRoute(server, {
    method: 'DELETE',
    url: `${url}/:id`,
    operationId: 'deleteHub',
    tag,
    access: 'notifications:write',
    summary: 'Takes a listener back.',
    params: z.strictObject({ id: id() }),
    answer: { status: 204, description: 'taken back' },
    handle: async ({ params, caller }) => {
      if (!(await own(caller, params.id))) throw noSuchTarget(params.id);
      await targets.remove(params.id);
    },
  });
}

/** `eventType=A,B`, or `eventType=A&eventType=B`; nothing: all. */
function eventsOf(query: string | null): string[] {
  if (query === null || query.trim() === '') return ['*'];
  const given = [...new URLSearchParams(query)];
  const names = given.flatMap(([key, value]) => (key === 'eventType' ? value.split(',') : []));
  const known = names.every((name) => (ticketEvents as readonly string[]).includes(name));
  if (given.every(([key]) => key === 'eventType') && names.length > 0 && known) return names;
  throw new ValidationError([
    validationError('query', 'is not understood', `eventType=, and of ${ticketEvents.join(', ')}`),
  ]);
}
