import { randomBytes } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../core/ledger/errors.js';
import { KeyError } from '../seal/keys.js';
import { ValidationError } from '../services/ledger/entries.js';
import { StoreError } from '../store/store.js';

/** One parameter that is wrong. */
export interface ParameterFault {
  readonly parameter: string;
  /** Goes on from the parameter: `is not known; allowed: path, from, to`. */
  readonly detail: string;
  /** The same for those who show it in another language; it is sent to nobody else. */
  readonly code?: ErrorCode;
}

/** A request that can't be answered as it is; becomes problem details (RFC 9457) with status 400. */
export class BadRequestError extends Error {
  override readonly name = 'BadRequest';
  constructor(readonly faults: readonly ParameterFault[]) {
    super(faults.map(({ parameter, detail }) => `${parameter} ${detail}`).join('; '));
  }
}

/** Nobody knows who asks; status 401. */
export class UnauthorizedError extends Error {
  override readonly name = 'Unauthorized';
  readonly statusCode = 401;
}

/** The password is right, and a code of the second factor is missing or wrong; status 401. */
export class SecondFactorError extends UnauthorizedError {
  constructor(readonly wrong: boolean) {
    super(
      wrong
        ? 'the code is wrong or was used; allowed: the code that the authenticator app shows now, or a recovery code'
        : 'the user has a second factor; allowed: its code beside the password, as code',
    );
  }
}

/** Why work was ended. */
type UnavailableCode = 'took-too-long' | 'took-too-much-memory';

/** Something that is needed does not answer; status 503. */
export class UnavailableError extends Error {
  override readonly name = 'Unavailable';
  readonly statusCode = 503;
  constructor(
    message: string,
    /** How long to wait before another try; null: nobody knows. */
    readonly waitMs: number | null = null,
    /** What it is, for programs; null: it has no name. */
    readonly code: UnavailableCode | null = null,
  ) {
    super(message);
  }
}

/** Too much at once; status 429. `waitMs`: how long to wait. */
export class TooManyRequestsError extends Error {
  override readonly name = 'TooMany';
  readonly statusCode = 429;
  constructor(
    message: string,
    readonly waitMs: number,
  ) {
    super(message);
  }
}

/** It does not go together with what was asked before; status 409. */
export class ConflictError extends Error {
  override readonly name = 'Conflict';
  readonly statusCode = 409;
}

/** The caller lacks the right; status 403. */
export class ForbiddenError extends Error {
  override readonly name = 'Forbidden';
  readonly statusCode = 403;
}

export interface HttpLog {
  debug(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What is wrong, as it is reported. */
export interface Problem {
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly ParameterFault[];
  /** What it is, for programs. */
  readonly code?: string;
  /** Of an internal error: what its line in the log has too. */
  readonly reference?: string;
}

/** Answers a problem with a page, where one was asked for; null: it is answered as problem details. */
export type ProblemPage = (
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem,
) => Promise<unknown> | null;

const nothingThere = { status: 404, detail: 'there is nothing at this address' } as const;

/** Every error as problem details, or as a page; what is no business of the caller's goes to the log only. */
export function answerProblems(server: FastifyInstance, log: HttpLog, page: ProblemPage = () => null): void {
  const tell = (request: FastifyRequest, reply: FastifyReply, problem: Problem) =>
    page(request, reply, problem) ?? sendProblem(request, reply, problem);
  const methodsOf = tmfMethods(server);
  server.setNotFoundHandler((request, reply) => {
    const methods = methodsOf(request.url);
    // A route that finds nothing comes here too.
    if (methods.length === 0 || methods.includes(request.method)) return tell(request, reply, nothingThere);
    const allowed = methods.join(', ');
    reply.header('allow', allowed);
    const detail = `this address knows no ${request.method}; allowed: ${allowed}`;
    return tell(request, reply, { status: 405, detail });
  });
  server.setErrorHandler((error, request, reply) => {
    if (error instanceof UnauthorizedError) reply.header('www-authenticate', 'Bearer realm="pop-sla"');
    if (error instanceof TooManyRequestsError || (error instanceof UnavailableError && error.waitMs !== null))
      reply.header('retry-after', Math.ceil((error.waitMs ?? 0) / 1000));
    return tell(request, reply, problemOf(error, request, log));
  });
}

/** What an address of a TM Forum API can be asked (TMF630 answers the rest with 405); nothing: there is no such address. */
function tmfMethods(server: FastifyInstance): (url: string) => string[] {
  const byPattern = new Map<string, Set<string>>();
  server.addHook('onRoute', ({ url, method }) => {
    if (!url.startsWith('/tmf-api/')) return;
    const methods = byPattern.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    byPattern.set(url, methods);
  });
  const fits = (pattern: readonly string[], path: readonly string[]): boolean =>
    pattern.length === path.length &&
    pattern.every((part, index) => part === path[index] || (part.startsWith(':') && path[index] !== ''));
  return (url) => {
    const path = (url.split('?', 1)[0] ?? '').split('/');
    const found = [...byPattern].filter(([pattern]) => fits(pattern.split('/'), path));
    return [...new Set(found.flatMap(([, methods]) => [...methods]))].sort();
  };
}

/** The part of an error that the caller may know. */
function problemOf(error: unknown, { url, caller }: FastifyRequest, log: HttpLog): Problem {
  if (error instanceof BadRequestError) return { status: 400, detail: error.message, errors: error.faults };
  if (error instanceof ValidationError) {
    // To whoever sees its own objects only, another's and none are the same.
    if (refusedStatus(error) === 404 && caller?.reach === 'own') return nothingThere;
    return { status: refusedStatus(error), detail: error.message, errors: parameterFaults(error) };
  }
  if (error instanceof StoreError) {
    log.error({ err: error, url }, 'the store did not answer a request');
    return { status: 503, detail: `the store can't answer now (${error.kind})` };
  }
  // It is the installation that lacks a key, and whoever runs it can make one: the message says how.
  if (error instanceof KeyError) return { status: 409, detail: error.message };
  if (error instanceof UnavailableError)
    return { status: 503, detail: error.message, ...(error.code && { code: error.code }) };
  const status = clientErrorStatus(error);
  if (status !== null) return { status, detail: (error as Error).message };
  const reference = randomBytes(4).toString('hex');
  log.error({ err: error, url, reference }, 'a request failed');
  return { status: 500, detail: `internal error; see reference ${reference} in the log`, reference };
}

export const parameterFaults = ({ refusals }: ValidationError): ParameterFault[] =>
  refusals.map(({ field, what, allowed, code }) => ({
    parameter: field,
    detail: `${what}; allowed: ${allowed}`,
    ...(code && { code }),
  }));

/** Of what is not there, of what is not as it would have to be, or of what was asked wrongly. */
function refusedStatus({ refusals: [first] }: ValidationError): number {
  if (first?.code?.[0] === 'batch-waits') return 409;
  if (first?.field !== 'id') return 400;
  return first.code?.[0] === 'no-such' ? 404 : 409;
}

/** Fastify's own refusals (a malformed URL, say) carry their status. */
function clientErrorStatus(error: unknown): number | null {
  if (!(error instanceof Error) || !('statusCode' in error)) return null;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : null;
}

function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  { status, detail, errors, code }: Problem,
): FastifyReply {
  const title = STATUS_CODES[status] ?? 'Error';
  // What an Error of the TM Forum APIs has to have (TMF630), beside what every problem has.
  const isTmf = request.url.startsWith('/tmf-api/');
  const tmf = {
    '@type': 'Error',
    code: String(status),
    reason: title,
    message: detail,
    status: String(status),
  };
  return reply
    .code(status)
    .type('application/problem+json')
    .send({
      type: 'about:blank',
      title,
      status,
      instance: request.url,
      detail,
      ...(code && { code }),
      ...(isTmf && tmf),
      ...(errors && { errors: errors.map(({ parameter, detail: wrong }) => ({ parameter, detail: wrong })) }),
    });
}
