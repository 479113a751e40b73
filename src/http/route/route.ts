import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Action } from '../../core/access/rules.js';
import type { Caller } from '../access/caller.js';
import { responseSchemas, type Answer } from './answers.js';
import { noteOperation } from './operations.js';

/** Who may ask: whoever may do the action, or anybody. */
export type Access = Action | 'open';

/**
 * How to add a route: call `addRoute` with one of these from a `…Routes(server, …)` function, and call that one in
 * `buildHttp` (`http.ts`). The action it names stands in `src/core/access/rules.ts`, with who may do it; a new one
 * needs a line there and its roles in `test/http/access/table.ts`. Parameters are made with `input.ts`, answers with
 * `answers.ts`. A handler whose caller's `reach` is `own` leaves out what `caller.sees(customer, day)` is false of,
 * and each amount of which `caller.seesAmounts(customer, day)` is. It throws `BadRequest` or `Refused` (`problem.ts`),
 * and answers null for what is not there.
 */
export interface Route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
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
    ...{ method, url },
    ...(bodyLimit === undefined ? {} : { bodyLimit }),
    config: { access, ...(secret === undefined ? {} : { secret }) },
    schema: {
      ...{ operationId, summary, tags: [tag] },
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
        ...{ request, reply },
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
