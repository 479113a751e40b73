import { mostCharacters } from '../../core/text/limits.js';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { validationError } from '../../core/ledger/errors.js';
import { ticketEvents, ticketStatuses, tmfBase } from '../../render/tmf.js';
import { ValidationError } from '../../services/ledger/entries.js';
import { noSuchTarget } from '../../services/notifications/targets.js';
import type { NotifyTarget } from '../../store/statement-store.js';
import type { Caller } from '../access/caller.js';
import { checkMayBeNotified } from '../tickets/answers.js';
import type { TicketRoutes } from '../tickets/reads.js';
import { id, words } from '../route/input.js';
import { addRoute, isoTime } from '../route/route.js';

const meta = {
  '@type': words('label').optional(),
  '@baseType': words('label').optional(),
  '@schemaLocation': words('url').nullish(),
};

const note = z.looseObject({ ...meta, id: words('label').optional(), text: words('text') });
const external = z.looseObject({
  ...meta,
  id: words('label'),
  owner: words('label').nullish(),
  externalIdentifierType: words('label').nullish(),
});

const named = z.looseObject({ id: words('name') });
const related = z.looseObject({
  ...meta,
  role: words('label').optional(),
  id: words('name').optional(),
  entity: named.optional(),
});
const party = z.looseObject({
  ...meta,
  role: words('label').optional(),
  id: words('name').optional(),
  partyOrPartyRole: named.optional(),
});
const attachment = z.looseObject({
  ...meta,
  name: words('name'),
  content: z.string().max(14_000_000).optional(),
  url: words('url').optional(),
});

/** What is posted: other systems send more than is understood here, and that is let be. */
export const ticketCreate = z.looseObject({
  // The schema of v5 requires it; as there is one type here, what lacks it is taken too (v4 had it optional).
  '@type': z.literal('TroubleTicket').optional(),
  description: words('text'),
  severity: words('word'),
  ticketType: words('word'),
  name: words('name').nullish(),
  priority: words('word').nullish(),
  requestedResolutionDate: isoTime().max(mostCharacters.word).nullish(),
  externalIdentifier: z.array(external).max(20).nullish(),
  note: z.array(note).max(50).nullish(),
  relatedEntity: z.array(related).max(50).nullish(),
  relatedParty: z.array(party).max(50).nullish(),
  attachment: z.array(attachment).max(10).nullish(),
});
export type TicketCreate = z.output<typeof ticketCreate>;

const pointer = () => words('key').meta({ description: 'a JSON Pointer, such as /status' });
/** The operations of a JSON Patch (RFC 6902). */
const operation = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal(['add', 'replace', 'test']), path: pointer(), value: z.unknown() }),
  z.strictObject({ op: z.literal('remove'), path: pointer() }),
  z.strictObject({ op: z.literal(['move', 'copy']), path: pointer(), from: pointer() }),
]);

/** A merge patch (RFC 7396) of what may be changed, or the operations of a JSON Patch. */
export const ticketPatch = z.strictObject({
  ...meta,
  id: words('word').optional(),
  href: words('url').optional(),
  status: z
    .enum(ticketStatuses)
    .optional()
    .meta({ description: ticketStatuses.join(', ') }),
  statusChangeReason: words('text').nullish(),
  severity: words('word').optional(),
  name: words('name').optional(),
  priority: words('word').optional(),
  requestedResolutionDate: isoTime().max(mostCharacters.word).optional(),
  externalIdentifier: z.array(external).max(20).optional(),
  note: z.array(note).max(200).optional(),
  operations: z.array(operation).max(200).optional().meta({
    description: 'operations of a JSON Patch: the body of application/json-patch+json is this list alone',
  }),
});
export type TicketPatch = z.output<typeof ticketPatch>;

const hubBody = z.strictObject({
  ...meta,
  id: words('label').optional(),
  callback: words('url'),
  query: words('line').nullish(),
});

const tag = 'TMF621 trouble tickets';
const hub = z.strictObject({
  '@type': z.literal('Hub'),
  id: z.string(),
  callback: z.string(),
  query: z.string().optional(),
});

const hubJson = ({ id: of, address, query }: NotifyTarget) => ({
  '@type': 'Hub',
  id: of,
  callback: address,
  ...(query !== null && { query }),
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
