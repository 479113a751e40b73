import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Caller } from '../access/caller.js';
import { BadRequest } from '../problem.js';
import { inputFaults } from './faults.js';
import type { Access, Asked } from './route.js';

/** What a route does, without its URL. */
export interface Operation {
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

export function noteOperation(server: FastifyInstance, operationId: string, operation: Operation): void {
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
    ...{ request, reply },
  };
  return (await operation.handle(asked)) as T | null;
}

function read(schema: z.ZodType, given: unknown): unknown {
  const reading = schema.safeParse(given);
  if (reading.success) return reading.data;
  throw new BadRequest(inputFaults(schema, given, reading.error.issues));
}
