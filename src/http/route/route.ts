import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Action } from '../../core/access/rules.js';
import type { Caller } from '../access/caller.js';
import { BadRequestError } from '../problem.js';
import { inputFaults, limit, type Reading, text } from './input.js';

/** What a route answers when all went well. */
interface Answer {
  /** 200 unless told. */
  readonly status?: 200 | 201 | 202 | 204 | 302;
  readonly description: string;
  /** Of JSON; left out where it is bytes. */
  readonly schema?: z.ZodType;
  /** Of what is no JSON. */
  readonly contentType?: string;
}

/** RFC 9457. */
const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    errors: z.array(z.object({ parameter: z.string(), detail: z.string() })).optional(),
  })
  .meta({ description: 'problem details (RFC 9457)' });

/** An instant as it is answered: ISO 8601 with its offset. */
export const isoTime = () => z.iso.datetime({ offset: true });
export const span = () => z.strictObject({ from: isoTime(), to: isoTime().nullable() });
/** An amount or share in digits, as it is final. */
export const digits = () => z.string().regex(/^-?\d+(\.\d+)?$/);
/** An amount that is null for those who may not see it. */
export const amount = () => digits().nullable();

function responseSchemas({ status = 200, description, schema, contentType }: Answer): object {
  const problems = { description: 'a problem', content: { 'application/problem+json': { schema: problem } } };
  // Nothing stands in them.
  if (status === 204 || status === 302)
    return { [status]: z.null().meta({ description }), '4xx': problems, '5xx': problems };
  const content = {
    [contentType ?? 'application/json']: { schema: schema ?? z.string().meta({ format: 'binary' }) },
  };
  return {
    [status]: { description, content },
    '4xx': problems,
    '5xx': problems,
  };
}

/** What a route does, without its URL. */
interface Operation {
  readonly access: Access;
  readonly params: z.ZodType | undefined;
  readonly query: z.ZodType;
  readonly body: z.ZodType | undefined;
  handle(asked: Asked<unknown, unknown, unknown>): unknown;
}

/** What a route is given, as it would stand in a request. */
export interface Given {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** By operationId. */
    operations?: Map<string, Operation>;
  }
}

/** Lets pages ask what routes answer; comes before the first route. */
export function keepOperations(server: FastifyInstance): void {
  server.decorate('operations', new Map());
}

function noteOperation(server: FastifyInstance, operationId: string, operation: Operation): void {
  server.operations?.set(operationId, operation);
}

/**
 * Asks a route of the API in the name of whoever sent the request: by its own access rule, with its own reading of what
 * is given, and what it lets somebody see is noted with the request. Null where there is no such thing, or no such
 * route. Throws what the route throws.
 */
export async function askOperation<T>(
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  operationId: string,
  { params = {}, query = {}, body }: Given = {},
): Promise<T | null> {
  const operation = request.server.operations?.get(operationId);
  if (operation === undefined) return null;
  const { access } = operation;
  const caller = access === 'open' ? request.caller : (request.caller?.as(access) ?? null);
  if (access !== 'open' && caller === null) throw new Error(`nobody asks for ${operationId}`);
  const asked = {
    params: operation.params === undefined ? params : read(operation.params, params),
    query: read(operation.query, query),
    body: operation.body === undefined ? undefined : read(operation.body, body),
    caller: caller as Caller,
    request,
    reply,
  };
  return (await operation.handle(asked)) as T | null;
}

function read(schema: z.ZodType, given: unknown): unknown {
  const reading = schema.safeParse(given);
  if (reading.success) return reading.data;
  throw new BadRequestError(inputFaults(schema, given, reading.error.issues));
}

/** Who may ask: whoever may do the action, or anybody. */
export type Access = Action | 'open';

/**
 * How to add a route: call `addRoute` with one of these from a `…Routes(server, …)` function, and call that one in
 * `buildHttp` (`http.ts`). Its action and who may do it are in `src/core/access/rules.ts`; a new action needs a line
 * there and its roles in `test/http/access/table.ts`. Parameters are made with `input.ts`, responses with `answers.ts`.
 * A handler whose caller has the `reach` `own` leaves out everything for which `caller.sees(customer, day)` is false,
 * and each amount for which `caller.seesAmounts(customer, day)` is false. It throws a `BadRequestError` or a
 * `ValidationError` (`problem.ts`), and returns null for what does not exist.
 */
interface Route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: `/${string}`;
  /** The route's name for those who generate a client: `listRounds`. */
  readonly operationId: string;
  /** A line for people. */
  readonly summary: string;
  readonly tag: string;
  readonly access: Access;
  /** Of the URL's path; needed where it has any. */
  readonly params?: P;
  /** Of the URL behind the `?`; none is known when left out. */
  readonly query?: Q;
  readonly body?: B;
  /** Takes this instead of JSON. */
  readonly bodyType?: 'application/octet-stream';
  readonly bodyLimit?: number;
  /** The answer holds a secret that is shown this once: it is kept for no key. */
  readonly secret?: boolean;
  readonly answer: Answer;
  handle(asked: Asked<z.output<P>, z.output<Q>, z.output<B>>): unknown;
}

export interface Asked<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly caller: Caller;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whoever asks; null on a route that is open. */
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** Of every route; the table of roles and routes is tested from it. */
    access?: Access;
    /** The answer holds a secret that is shown this once. */
    secret?: boolean;
  }
}

const none = z.strictObject({});
/** Whatever else a client sends is its own business. */
const oneTime = z.looseObject({
  'idempotency-key': z
    .string()
    .max(255)
    .meta({ description: 'the same request with the same key again, within 24 h, gets the same answer' })
    .optional(),
});

/** Declares a route: its schemas, its name and its access rule all in one place. */
export function addRoute<
  P extends z.ZodType = typeof none,
  Q extends z.ZodType = typeof none,
  B extends z.ZodType = z.ZodUndefined,
>(server: FastifyInstance, route: Route<P, Q, B>): void {
  const { method, url, operationId, summary, tag, access, answer, bodyLimit, secret } = route;
  const { params, query = none, body } = route;
  noteOperation(server, operationId, {
    access,
    params,
    query,
    body,
    handle: route.handle.bind(route),
  });
  server.route({
    method,
    url,
    ...(bodyLimit === undefined ? {} : { bodyLimit }),
    config: { access, ...(secret === undefined ? {} : { secret }) },
    schema: {
      operationId,
      summary,
      tags: [tag],
      ...(access === 'open' ? { security: [] } : { description: `Needs the right \`${access}\`.` }),
      ...(params === undefined ? {} : { params }),
      querystring: query,
      ...(method === 'POST' && access !== 'open' ? { headers: oneTime } : {}),
      ...(body === undefined ? {} : { body }),
      ...(route.bodyType === undefined ? {} : { consumes: [route.bodyType] }),
      response: responseSchemas(answer),
    },
    handler: async (request, reply) => {
      const answered = await route.handle({
        params: request.params as z.output<P>,
        query: request.query as z.output<Q>,
        body: request.body as z.output<B>,
        caller: request.caller as Caller,
        request,
        reply,
      });
      if (reply.sent) return reply;
      if (answer.status === 204) return reply.code(204).send();
      if (answered === null) {
        reply.callNotFound();
        return reply;
      }
      return reply.code(reply.statusCode === 200 ? (answer.status ?? 200) : reply.statusCode).send(answered);
    },
  });
}

/** Whether it is a place on this site: `//evil.example` and `/\evil.example` are others. */
export const isPlace = (given: string): boolean => /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(given);

/** Where a browser goes on to: a place on this site only. */
export const place = () =>
  text(
    (given): Reading<string> => (isPlace(given) ? { value: given } : { detail: 'is no place on this site' }),
    { description: 'a place on this site, such as /docs/', maxLength: 500 },
  );

/** Where a page of a list ended: the place of its last item, and what that item is called. */
interface ListPlace {
  readonly index: number;
  readonly key: string;
}

/** As long as nobody says otherwise. */
const pageLength = 100;
/** The most that one answer has. */
const longestPage = 1000;

/** What a route that answers a list asks for, beside what is its own. */
export const pageQuery = {
  limit: limit(longestPage).optional(),
  cursor: text(readPlace, { description: 'the nextCursor of an answer', maxLength: 2000 }).optional(),
};

/** What it answers: null at the end. */
export const pageAnswer = { nextCursor: z.string().nullable() };

interface PageAsked {
  readonly limit?: number | undefined;
  readonly cursor?: ListPlace | undefined;
}

/**
 * A page of a list that stands in the same order each time. `keyOf` says what an item is called: one that was taken
 * out of the list or put before it between two pages neither hides nor repeats another.
 */
export function pageOf<T>(
  items: readonly T[],
  { limit: most = pageLength, cursor }: PageAsked,
  keyOf: (item: T) => string,
): { readonly page: readonly T[]; readonly nextCursor: string | null } {
  const from = cursor === undefined ? 0 : startAfter(items, cursor, keyOf);
  const page = items.slice(from, from + most);
  const last = page.at(-1);
  const more = last !== undefined && from + page.length < items.length;
  return { page, nextCursor: more ? spell({ index: from + page.length - 1, key: keyOf(last) }) : null };
}

function startAfter<T>(items: readonly T[], { index, key }: ListPlace, keyOf: (item: T) => string): number {
  const there = items[index];
  if (there !== undefined && keyOf(there) === key) return index + 1;
  const moved = items.findIndex((item) => keyOf(item) === key);
  return moved < 0 ? index : moved + 1;
}

const spell = ({ index, key }: ListPlace): string =>
  Buffer.from(JSON.stringify([index, key])).toString('base64url');

function readPlace(given: string): Reading<ListPlace> {
  const wrong = { detail: 'is not a cursor; allowed: the nextCursor of an answer' };
  try {
    const read = z
      .tuple([z.int().min(0), z.string()])
      .safeParse(JSON.parse(Buffer.from(given, 'base64url').toString()));
    return read.success ? { value: { index: read.data[0], key: read.data[1] } } : wrong;
  } catch {
    return wrong;
  }
}
