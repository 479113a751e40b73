import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type RegistryList, registryLists } from '../../core/customer/actions.js';
import { isLocalDate, localDateRule } from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import { enteredJson } from '../../render/customers.js';
import type { Registry } from '../../services/customers/registry.js';
import { addRoute, amount, digits, isoTime, pageAnswer, pageOf, pageQuery } from '../route/route.js';
import { id } from '../route/input.js';
import { ending, listRoutes, saidIn, shownTo, withdrawal } from './keys.js';

const day = () => z.string().refine(isLocalDate).meta({ description: localDateRule });
const origin = z
  .strictObject({ file: z.string().nullable(), entry: z.string().nullable() })
  .nullable()
  .meta({ description: 'the file that has it, or the entry that added it; null for who sees its own only' });
const texts = z.array(z.string());

const terms = z.strictObject({
  from: day(),
  plan: z.string(),
  class: z.string(),
  lines: texts,
  paths: texts,
  currency: z.string(),
  rent: amount(),
  taxPercent: digits().nullable(),
});

/** An item of each list. */
const items: Record<RegistryList, z.ZodObject> = {
  customers: z.strictObject({
    id: z.string(),
    name: z.string(),
    locale: z.string().nullable(),
    timeZone: z.string(),
    billing: z
      .strictObject({
        address: z.array(z.string()),
        city: z.string().nullable(),
        postcode: z.string().nullable(),
        country: z.string().nullable(),
        taxId: z.string().nullable(),
        registration: z.string().nullable(),
        billTo: z.string().nullable(),
      })
      .optional()
      .meta({ description: 'what a credit note says of it, and who is billed in its place' }),
    origin,
  }),
  sites: z.strictObject({ id: z.string(), customer: z.string(), name: z.string(), origin }),
  lines: z.strictObject({ id: z.string(), pop: z.string(), origin }),
  resale: z.strictObject({
    seller: z.string(),
    buyer: z.string(),
    from: day(),
    to: day().nullable(),
    origin,
  }),
  services: z.strictObject({
    id: z.string(),
    customer: z.string(),
    site: z.string(),
    start: day(),
    end: day().nullable(),
    terms: z.array(terms),
    origin,
  }),
};

const written = z.record(z.string(), z.union([z.string(), texts]));

const enteredItem = z.strictObject({
  entry: z.string(),
  list: z.enum(registryLists),
  item: written,
  changes: z.array(written),
  withdrawn: z.boolean(),
  entries: z.array(
    z.strictObject({
      id: z.string(),
      does: z.enum(['add', 'change', 'end', 'withdraw']),
      of: z.string().nullable(),
      actor: z.string(),
      at: isoTime(),
      reason: z.string().nullable(),
      withdrawn: z.boolean(),
    }),
  ),
});

const entry = {
  status: 201,
  description: 'entered',
  schema: z.strictObject({ entry: z.string() }),
} as const;

const tag = 'customers';
const ofItem = z.strictObject({ id: id() });

/**
 * `/api/v1/customers`, `/resale`, `/sites`, `/lines` and `/services`: the book in force, and what is entered of it. An
 * entry is answered by its id; `/api/v1/book` has all of them, and takes them back.
 */
export function customerRoutes(server: FastifyInstance, registry: Registry, now: () => EpochMs): void {
  const today = (): string => new Date(now()).toISOString().slice(0, 10);
  for (const list of registryLists) {
    reads(server, registry, list, today);
    writes(server, registry, list);
  }
  addRoute(server, {
    method: 'GET',
    url: '/api/v1/book',
    operationId: 'listBookEntries',
    tag,
    access: 'customers:history',
    summary: 'Everything that was entered of the book, with every word that was said of it.',
    query: z.strictObject(pageQuery),
    answer: {
      description: 'a page of the entries',
      schema: z.strictObject({ entered: z.array(enteredItem), ...pageAnswer }),
    },
    handle: async ({ query }) => {
      const { page, nextCursor } = pageOf((await registry.read()).entered, query, ({ entry: key }) => key);
      return { entered: page.map(enteredJson), nextCursor };
    },
  });
  addRoute(server, {
    method: 'POST',
    url: '/api/v1/book/:id/withdraw',
    operationId: 'withdrawBookEntry',
    tag,
    access: 'customers:write',
    summary: 'Takes an entry back: what it said counts no more.',
    params: ofItem,
    body: withdrawal,
    answer: entry,
    handle: async ({ params, body, caller }) => ({
      entry: await registry.withdraw(caller.principal.name, params.id, body?.reason ?? null),
    }),
  });
}

/** A customer, site or line is called by its id; a service may come again later, and so may a resale link. */
function keyOf(item: object): string {
  const { id = '', start = '', seller = '', buyer = '', from = '' } = item as Record<string, string>;
  return [id, start, seller, buyer, from].join(' ');
}

function reads(server: FastifyInstance, registry: Registry, list: RegistryList, today: () => string): void {
  const { one } = listRoutes[list];
  const access = 'customers:read';
  addRoute(server, {
    method: 'GET',
    url: `/api/v1/${list}`,
    operationId: `list${one}s`,
    tag,
    access,
    summary: `The ${list} of the book in force.`,
    query: z.strictObject(pageQuery),
    answer: {
      description: `a page of the ${list}`,
      schema: z.strictObject({ [list]: z.array(items[list]), ...pageAnswer }),
    },
    handle: async ({ query, caller }) => {
      const shown = shownTo(caller, list, await registry.read(), today());
      const { page, nextCursor } = pageOf(shown, query, keyOf);
      return { [list]: page, nextCursor };
    },
  });
  if (list !== 'customers' && list !== 'services') return;
  const what = { customers: 'One customer.', services: 'A service: each stretch of that id.' };
  addRoute(server, {
    method: 'GET',
    url: `/api/v1/${list}/:id`,
    operationId: `get${one}`,
    tag,
    access,
    summary: what[list],
    params: ofItem,
    answer: {
      description: list,
      schema: list === 'customers' ? items.customers : z.strictObject({ services: z.array(items.services) }),
    },
    handle: async ({ params, caller }) => {
      const shown = shownTo(caller, list, await registry.read(), today());
      const found = shown.filter((item) => 'id' in item && item.id === params.id);
      if (list === 'customers') return found[0] ?? null;
      return found.length === 0 ? null : { services: found };
    },
  });
}

function writes(server: FastifyInstance, registry: Registry, list: RegistryList): void {
  const { one, add, change, ends } = listRoutes[list];
  const entering = { method: 'POST', tag, access: 'customers:write', answer: entry } as const;
  const url = `/api/v1/${list}` as const;
  addRoute(server, {
    ...entering,
    url,
    operationId: `add${one}`,
    body: add,
    summary: `Enters one of the ${list}.`,
    handle: async ({ body, caller }) => {
      const { item, reason } = saidIn(body);
      return { entry: await registry.add(caller.principal.name, list, item, reason) };
    },
  });
  if (change !== null) {
    addRoute(server, {
      ...entering,
      url: `${url}/:id/change`,
      operationId: `change${one}`,
      body: change,
      params: ofItem,
      summary:
        list === 'services'
          ? 'Changes the terms of a service that was entered, from a day on.'
          : `Changes one of the ${list} that was entered.`,
      handle: async ({ params, body, caller }) => {
        const { item, reason } = saidIn(body);
        const what = { list, of: params.id };
        return { entry: await registry.change(caller.principal.name, what, item, reason) };
      },
    });
  }
  if (!ends) return;
  addRoute(server, {
    ...entering,
    url: `${url}/:id/end`,
    operationId: `end${one}`,
    body: ending,
    params: ofItem,
    summary: `Says on which day one of the ${list} that was entered is no more.`,
    handle: async ({ params, body: { day, reason }, caller }) => {
      const what = { list, of: params.id };
      return { entry: await registry.end(caller.principal.name, what, day, reason ?? null) };
    },
  });
}
