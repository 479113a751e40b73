import { mostCharacters } from '../../core/text/limits.js';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Action } from '../../core/access/rules.js';
import type { Caller } from '../access/caller.js';
import { BadRequestError } from '../problem.js';
import { inputFaults, limit, type Reading, text } from './input.js';

/** What a route answers when all went well. */
interface Answer {
  /** 200 by default. */
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

/** As the TM Forum's APIs have it (TMF630), where a status is a text. */
const tmfProblem = problem
  .extend({
    '@type': z.literal('Error'),
    code: z.string(),
    reason: z.string(),
    message: z.string(),
    status: z.string(),
  })
  .meta({ description: 'an Error of TMF630, with problem details beside' });

/** An instant as it is answered: ISO 8601 with its offset. */
export const isoTime = () => z.iso.datetime({ offset: true });
export const span = () => z.strictObject({ from: isoTime(), to: isoTime().nullable() });
/** An amount or share in digits, as it is final. */
export const digits = () => z.string().regex(/^-?\d+(\.\d+)?$/);
/** An amount that is null for those who may not see it. */
export const amount = () => digits().nullable();

function responseSchemas(url: string, { status = 200, description, schema, contentType }: Answer): object {
  const shape = url.startsWith('/tmf-api/') ? tmfProblem : problem;
  const problems = { description: 'a problem', content: { 'application/problem+json': { schema: shape } } };
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

/** Who may ask: whoever may do the action, or anybody. */
export type Access = Action | 'open';

/** What the HTTP side of an operation or a route declares. */
interface Declared<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: `/${string}`;
  /** The route's name for those who generate a client: `listRounds`. */
  readonly operationId: string;
  /** A line for people. */
  readonly summary: string;
  readonly tag: string;
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
}

/** A route that needs the request or the reply itself: files, cookies, redirections, what is open to anybody. */
interface Route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> extends Declared<P, Q, B> {
  readonly access: Access;
  handle(asked: Asked<z.output<P>, z.output<Q>, z.output<B>>): unknown;
}

/**
 * How to add a route: call `addOperation` with one of these in a `…Routes(server, …)` function, return what it gives,
 * and call that function in `apiRoutes` (`http.ts`). Its action and who may do it are in `src/core/access/rules.ts`; a
 * new action needs a line there and its roles in `test/http/access/table.ts`. Parameters are made with `input.ts`.
 * A handler whose caller has the `reach` `own` leaves out everything for which `caller.sees(customer, day)` is false,
 * and each amount for which `caller.seesAmounts(customer, day)` is false. It throws a `BadRequestError` or a
 * `ValidationError` (`problem.ts`), and returns null for what does not exist.
 */
interface OperationRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, O> extends Declared<
  P,
  Q,
  B
> {
  readonly access: Action;
  /** Where what was made can be read from now on: the header `location`. */
  readonly location?: (answered: NonNullable<O>) => string;
  handle(call: Call<z.output<P>, z.output<Q>, z.output<B>>): O | Promise<O>;
}

/** What an operation is asked: by whom, and for what. */
interface Call<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly caller: Caller;
}

/** A part of an operation's input, which may be left out where nothing in it is required. */
type Part<K extends string, I> =
  Record<string, never> extends I
    ? { readonly [k in K]?: I }
    : undefined extends I
      ? { readonly [k in K]?: I }
      : { readonly [k in K]: I };

type Input<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = Part<'params', z.input<P>> &
  Part<'query', z.input<Q>> &
  Part<'body', z.input<B>>;

/**
 * An operation of the API as a function, for those who are no HTTP client: the pages. It decides by the same rule
 * whether the caller may, checks the input by the same schemas, and answers what the route writes out as JSON. What it
 * shows of amounts is noted with the caller's request. Throws `ForbiddenError`, `BadRequestError`, and what the handler
 * throws.
 */
export type Operation<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, O> = (
  caller: Caller,
  ...input: Record<string, never> extends Input<P, Q, B> ? [input?: Input<P, Q, B>] : [input: Input<P, Q, B>]
) => Promise<O>;

export interface Asked<P, Q, B> extends Call<P, Q, B> {
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
      response: responseSchemas(url, answer),
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

/** Declares an operation: its route, and the same as a function. */
export function addOperation<
  O,
  P extends z.ZodType = typeof none,
  Q extends z.ZodType = typeof none,
  B extends z.ZodType = z.ZodUndefined,
>(server: FastifyInstance, operation: OperationRoute<P, Q, B, O>): Operation<P, Q, B, O> {
  const { location, access, params, query, body } = operation;
  addRoute(server, {
    ...operation,
    handle: async ({ reply, ...call }) => {
      const answered = await operation.handle(call);
      if (location && answered != null) reply.header('location', location(answered));
      return answered;
    },
  });
  return async (caller, ...[input]) =>
    await operation.handle({
      params: parsed(params ?? none, input?.params ?? {}) as z.output<P>,
      query: parsed(query ?? none, input?.query ?? {}) as z.output<Q>,
      body: parsed(body ?? z.undefined(), input?.body) as z.output<B>,
      caller: caller.as(access),
    });
}

function parsed(schema: z.ZodType, given: unknown): unknown {
  const reading = schema.safeParse(given);
  if (reading.success) return reading.data;
  throw new BadRequestError(inputFaults(schema, given, reading.error.issues));
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
  cursor: text(readPlace, {
    description: 'the nextCursor of an answer',
    maxLength: mostCharacters.cursor,
  }).optional(),
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
