import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { refuse } from '../../core/ledger/refusal.js';
import { Refused } from '../../engine/ledger/enter.js';
import { noSuchTarget } from '../../engine/notify/targets.js';
import { ticketEvents } from '../../render/tmf/event.js';
import { tmfBase } from '../../render/tmf/ticket.js';
import type { NotifyTarget } from '../../store/notify-store.js';
import type { Caller } from '../access/caller.js';
import type { FaultRoutes } from '../faults/reads.js';
import { checkMayBeTold } from '../faults/who.js';
import { id } from '../route/input.js';
import { addRoute } from '../route/route.js';
import { hubBody } from './input.js';

const tag = 'TMF621 trouble tickets';
const hub = z.strictObject({
  ...{ '@type': z.literal('Hub'), id: z.string(), callback: z.string(), query: z.string().nullable() },
});

const hubJson = ({ id: of, address, query }: NotifyTarget) => ({
  ...{ '@type': 'Hub', id: of, callback: address, query },
});

/** Listeners: their events are posted to `/listener/troubleTicket…Event` below the callback. */
export function hubRoutes(server: FastifyInstance, { office, config }: FaultRoutes): void {
  const { targets } = office;
  const url = `${tmfBase}/hub` as const;
  const own = async (caller: Caller, of: string): Promise<NotifyTarget | null> => {
    const found = await targets.get(of);
    const may = caller.reach === 'all' || found?.customer === caller.principal.customer;
    return found?.kind === 'tmf' && may ? found : null;
  };
  addRoute(server, {
    ...{ method: 'POST', url, operationId: 'createHub', tag, access: 'notifications:write' },
    summary: 'Registers a listener; query may name its events: eventType=TroubleTicketCreateEvent.',
    ...{ body: hubBody, answer: { status: 201, description: 'registered', schema: hub } },
    handle: async ({ body, caller, reply }) => {
      checkMayBeTold(caller, config());
      const { callback, query = null } = body;
      const customer = caller.reach === 'all' ? null : caller.principal.customer;
      const added = await targets.add(caller.principal.name, {
        ...{ customer, kind: 'tmf', address: callback, secret: null, language: 'en' },
        ...{ events: eventsOf(query), query },
      });
      reply.header('location', `${url}/${added.id}`);
      return hubJson(added);
    },
  });
  addRoute(server, {
    ...{ method: 'GET', url: `${url}/:id`, operationId: 'retrieveHub', tag, access: 'notifications:read' },
    summary: 'One listener.',
    ...{ params: z.strictObject({ id: id() }), answer: { description: 'the listener', schema: hub } },
    handle: async ({ params, caller }) => {
      const found = await own(caller, params.id);
      return found && hubJson(found);
    },
  });
  addRoute(server, {
    ...{ method: 'DELETE', url: `${url}/:id`, operationId: 'deleteHub', tag, access: 'notifications:write' },
    summary: 'Takes a listener back.',
    ...{ params: z.strictObject({ id: id() }), answer: { status: 204, description: 'taken back' } },
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
  throw new Refused([refuse('query', 'is not understood', `eventType=, and of ${ticketEvents.join(', ')}`)]);
}
