import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { validationError } from '../../core/ledger/errors.js';
import { addedKinds } from '../../core/target-kinds.js';
import { messageJson, targetJson } from '../../render/notifications.js';
import { ValidationError } from '../../services/ledger/entries.js';
import { noSuchTarget } from '../../services/notifications/targets.js';
import { type NotifyTarget, outboxStates } from '../../store/statement-store.js';
import type { Caller } from '../access/caller.js';
import { checkMayBeNotified, message, target } from './answers.js';
import { faultReads, type TicketRoutes, suggestionRoute } from './reads.js';
import { createUploads, faultWrites } from './writes.js';
import { ForbiddenError } from '../problem.js';
import { id, limit, type Reading, text, words } from '../route/input.js';
import { addOperation, addRoute, pageAnswer, pageOf, pageQuery } from '../route/route.js';
import { hubRoutes } from '../tmf/requests.js';
import { ticketRoutes } from '../tmf/tickets.js';

const tag = 'notifications';

const number = () =>
  text(
    (given): Reading<number> =>
      /^[1-9]\d{0,14}$/.test(given)
        ? { value: Number(given) }
        : { detail: 'is no message; allowed: its number, as the list gives it' },
    { description: 'the number of a message', maxLength: 20 },
  );

/** `/api/v1/notification-targets` and `/outbox`: who is notified of what, and what became of it. */
function notificationRoutes(server: FastifyInstance, { ticketBacklog, config, now }: TicketRoutes) {
  const { targets, outbox } = ticketBacklog;
  const seen = (caller: Caller, { customer }: NotifyTarget): boolean =>
    caller.reach === 'all' || (customer !== null && customer === caller.principal.customer);
  const listNotificationTargets = addOperation(server, {
    method: 'GET',
    url: '/api/v1/notification-targets',
    operationId: 'listNotificationTargets',
    tag,
    access: 'notifications:read',
    summary: 'Who is told of what.',
    query: z.strictObject(pageQuery),
    answer: {
      description: 'a page of the targets',
      schema: z.strictObject({ targets: z.array(target), ...pageAnswer }),
    },
    handle: async ({ query, caller }) => {
      const visible = (await targets.list()).filter((one) => seen(caller, one));
      const { page, nextCursor } = pageOf(visible, query, ({ id: key }) => key);
      return { targets: page.map(targetJson), nextCursor };
    },
  });
  const addNotificationTarget = addOperation(server, {
    method: 'POST',
    url: '/api/v1/notification-targets',
    operationId: 'addNotificationTarget',
    tag,
    access: 'notifications:write',
    secret: true,
    summary: 'Lets somebody be told, by a webhook or by mail. The secret of a webhook is shown this once.',
    body: z.strictObject({
      customer: words('identifier').nullish(),
      kind: z.enum(addedKinds),
      address: words('url'),
      secret: words('name').nullish(),
      language: words('word').nullish(),
      events: z.array(words('word')).max(20).meta({ description: 'a list of events; * is all' }),
    }),
    answer: {
      status: 201,
      description: 'added',
      schema: z.strictObject({ ...target.shape, secret: z.string().nullable() }),
    },
    handle: async ({ body, caller }) => {
      const { kind, address, events } = body;
      const customer = body.customer ?? caller.principal.customer;
      if (caller.reach !== 'all' && (customer === null || customer !== caller.principal.customer))
        throw new ForbiddenError('only for oneself');
      checkMayBeNotified(caller, config());
      const added = await targets.add(caller.principal.name, {
        customer,
        kind,
        address,
        events,
        query: null,
        secret: body.secret ?? null,
        language: body.language ?? null,
      });
      return { ...targetJson(added), secret: added.secret };
    },
  });
  const removeNotificationTarget = addOperation(server, {
    method: 'DELETE',
    url: '/api/v1/notification-targets/:id',
    operationId: 'removeNotificationTarget',
    tag,
    access: 'notifications:write',
    params: z.strictObject({ id: id() }),
    summary: 'Takes a target back, and erases its address.',
    answer: { status: 204, description: 'erased' },
    handle: async ({ params, caller }) => {
      const found = await targets.get(params.id);
      if (!found || !seen(caller, found)) throw noSuchTarget(params.id);
      await targets.remove(params.id);
    },
  });
  const listOutbox = addOperation(server, {
    method: 'GET',
    url: '/api/v1/outbox',
    operationId: 'listOutbox',
    tag,
    access: 'outbox:read',
    summary:
      'Messages that wait, that were given up, and of the last 30 days those that were sent or dropped.',
    query: z.strictObject({
      state: z.enum(outboxStates).optional(),
      limit: limit(200).optional(),
      cursor: number().optional(),
    }),
    answer: {
      description: 'the messages, newest first',
      schema: z.strictObject({
        messages: z.array(message),
        nextCursor: z.string().nullable(),
        depth: z.strictObject({ waiting: z.int(), dead: z.int(), oldestWaitingSeconds: z.int().nullable() }),
      }),
    },
    handle: async ({ query }) => {
      const { state, limit: most = 50, cursor } = query;
      const found = await outbox.list({
        limit: most + 1,
        ...(state && { states: [state] }),
        ...(cursor !== undefined && { before: cursor }),
      });
      const { waiting, dead, oldestWaitingAt } = await outbox.depth();
      const page = found.slice(0, most);
      const last = page.at(-1);
      const age = oldestWaitingAt === null ? null : Math.max(0, Math.floor((now() - oldestWaitingAt) / 1000));
      return {
        messages: page.map(messageJson),
        nextCursor: last && found.length > most ? String(last.id) : null,
        depth: { waiting, dead, oldestWaitingSeconds: age },
      };
    },
  });
  for (const action of ['retry', 'drop'] as const)
    addRoute(server, {
      method: 'POST',
      url: `/api/v1/outbox/:id/${action}`,
      operationId: `${action}OutboxMessage`,
      tag,
      access: 'outbox:write',
      params: z.strictObject({ id: number() }),
      summary: action === 'retry' ? 'Lets a message go again, at once.' : 'Gives a message up.',
      body: z.strictObject({}).nullish(),
      answer: { description: 'the message as it is now', schema: message },
      handle: async ({ params }) => {
        const done = await outbox[action](params.id, now());
        const found = await outbox.get(params.id);
        if (!found) return null;
        if (done) return messageJson(found);
        const allowed = action === 'retry' ? 'one that was not sent' : 'one that waits or is dead';
        throw new ValidationError([validationError('id', `is ${found.state}: it can't ${action}`, allowed)]);
      },
    });
  return { listNotificationTargets, addNotificationTarget, removeNotificationTarget, listOutbox };
}

/** Fault reports, by our own words and by those of TMF621, and who is notified of them. */
export function faultRoutes(server: FastifyInstance, routes: TicketRoutes) {
  // A patch is JSON; what it means is for the route to say.
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser('application/merge-patch+json', { parseAs: 'string' }, parseJson);
  server.addContentTypeParser(
    'application/json-patch+json',
    { parseAs: 'string' },
    (request, body: string, done) => {
      void parseJson(request, body, (error, operations: unknown) => {
        done(error, { operations });
      });
    },
  );
  const reads = faultReads(server, routes);
  const suggestions = suggestionRoute(server, routes);
  const writing = { ...routes, uploads: createUploads(routes.now) };
  const writes = faultWrites(server, writing);
  const notifications = notificationRoutes(server, routes);
  ticketRoutes(server, writing);
  hubRoutes(server, routes);
  return { ...reads, ...suggestions, ...writes, ...notifications };
}
