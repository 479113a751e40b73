import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { EpochMs } from '../../core/types.js';
import { contactJson } from '../../render/credits.js';
import type { renderNote } from '../../render/note/files.js';
import type { Billing } from '../../services/credits/billing.js';
import type { Contacts } from '../../services/credits/contacts.js';
import { id, words } from '../route/input.js';
import { addRoute, pageAnswer, pageOf, pageQuery } from '../route/route.js';
import { person, statementRoutes } from './statements.js';
import { batchRoutes } from './batches.js';
import { creditRoutes } from './credits.js';
import { disputeRoutes } from './disputes.js';
import { periodRoutes } from './periods.js';

const tag = 'persons';
const url = '/api/v1/persons';
const field = words(200).nullish();
const data = {
  name: field,
  email: field,
  phone: field,
  notices: z.boolean().optional().meta({ description: 'whether they get mails on statements and credits' }),
};
const params = z.strictObject({ id: id() });

/** `/api/v1/persons`: people at customers, whose data are stored here only. */
function personRoutes(server: FastifyInstance, contacts: Contacts): void {
  addRoute(server, {
    method: 'GET',
    url,
    operationId: 'listPersons',
    tag,
    access: 'persons:read',
    summary: 'Everybody, or those of a customer.',
    query: z.strictObject({ customer: id().optional(), ...pageQuery }),
    answer: {
      description: 'a page of the people',
      schema: z.strictObject({ persons: z.array(person), ...pageAnswer }),
    },
    handle: async ({ query }) => {
      const found = await contacts.list(query.customer);
      const { page, nextCursor } = pageOf(found, query, ({ id: key }) => key);
      return { persons: page.map(contactJson), nextCursor };
    },
  });
  addRoute(server, {
    method: 'GET',
    url: `${url}/:id`,
    operationId: 'getPerson',
    tag,
    access: 'persons:read',
    params,
    summary: 'All that is known of somebody.',
    answer: { description: 'the person', schema: person },
    handle: async ({ params: { id: of } }) => {
      const found = (await contacts.list()).find((each) => each.id === of);
      return found ? contactJson(found) : null;
    },
  });
  addRoute(server, {
    method: 'POST',
    url,
    operationId: 'addPerson',
    tag,
    access: 'persons:write',
    summary: 'Adds somebody at a customer.',
    body: z.strictObject({ customer: id(), ...data }),
    answer: { status: 201, description: 'added', schema: person },
    handle: async ({ body: { customer, name, email, phone, notices }, caller }) => {
      const given = { name: name ?? null, email: email ?? null, phone: phone ?? null };
      return contactJson(await contacts.add(caller.principal.name, customer, given, notices));
    },
  });
  addRoute(server, {
    method: 'PATCH',
    url: `${url}/:id`,
    operationId: 'correctPerson',
    tag,
    access: 'persons:write',
    params,
    summary: 'Changes what is given; null takes a field away.',
    body: z.strictObject(data),
    answer: { description: 'corrected', schema: person },
    handle: async ({ params: { id: of }, body, caller }) => {
      const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
      return contactJson(await contacts.correct(caller.principal.name, of, given));
    },
  });
  addRoute(server, {
    method: 'DELETE',
    url: `${url}/:id`,
    operationId: 'erasePerson',
    tag,
    access: 'persons:write',
    params,
    summary: 'Forgets somebody: the id stays, and that they were erased.',
    answer: { description: 'erased', schema: person },
    handle: async ({ params: { id: of }, caller }) =>
      contactJson(await contacts.erase(caller.principal.name, of)),
  });
}

/** The months that finance pulls, and everything that follows from them. */
export function billingRoutes(
  server: FastifyInstance,
  billing: Billing,
  now: () => EpochMs,
  render?: typeof renderNote,
) {
  const statements = statementRoutes(server, billing.statements, now);
  const credits = creditRoutes(server, billing.credits);
  const batches = batchRoutes(server, billing.batches, render);
  const disputes = disputeRoutes(server, billing);
  const periods = periodRoutes(server, billing);
  personRoutes(server, billing.contacts);
  return { ...statements, ...credits, ...batches, ...disputes, ...periods };
}
