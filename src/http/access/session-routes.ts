import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { roles } from '../../core/access/rules.js';
import type { EpochMs } from '../../core/types.js';
import { isoInstant } from '../../render/figures.js';
import type { Authenticator } from '../../services/access/authenticator.js';
import { type Oidc, OidcRejectedError, OidcUnreachableError } from '../../services/access/oidc.js';
import { leaveTrace } from '../../services/access/registry.js';
import type { SessionRecord, TrailStore } from '../../store/access-store.js';
import { networkOf } from '../rate.js';
import {
  ForbiddenError,
  type HttpLog,
  TooManyRequestsError,
  UnauthorizedError,
  UnavailableError,
} from '../problem.js';
import { addRoute, isoTime, place } from '../route/route.js';
import { words } from '../route/input.js';
import {
  clearSessionCookie,
  maySignIn,
  refuseOtherOrigins,
  sessionCookie,
  setSessionCookie,
} from './identify.js';

const who = z.strictObject({
  id: z.string(),
  name: z.string(),
  via: z.enum(['open', 'token', 'password', 'oidc']),
  roles: z.array(z.enum(roles)),
  customer: z.string().nullable(),
  scopes: z.array(z.string()).nullable(),
  /** What a write has to have in the header x-csrf-token; null without a cookie. */
  csrf: z.string().nullable(),
  expiresAt: isoTime().nullable(),
});

export const credentials = z.strictObject({ name: words(100), password: words(1000) });

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

interface SessionOptions {
  readonly door: Authenticator;
  readonly trail: Pick<TrailStore, 'append'>;
  readonly now: () => EpochMs;
}

/** `/api/v1/session`: in with a name and a password, who am I, and out. */
export function sessionRoutes(server: FastifyInstance, { door, trail, now }: SessionOptions) {
  const url = '/api/v1/session';
  const tag = 'access';
  const traced = (request: FastifyRequest, name: string, principal: string, status: number) =>
    leaveTrace(trail, {
      at: now(),
      principal,
      name: plainName(name),
      from: request.ip,
      action: 'session:begin',
      target: url,
      status,
      amounts: false,
    });
  /** Begins a session, whose cookie goes into the reply. Throws an `HttpError` where nobody may come in. */
  const signIn = async (
    { request, reply }: Exchange,
    { name, password }: z.output<typeof credentials>,
  ): Promise<SessionRecord> => {
    refuseOtherOrigins(request);
    if (!maySignIn(request)) {
      throw new ForbiddenError(
        'a password may not come this way; allowed: over TLS (http.tls, or a proxy in http.trustedProxies that says so)',
      );
    }
    const begun = await door.signIn(name, password, networkOf(request.ip));
    if ('waitMs' in begun) {
      throw new TooManyRequestsError(
        'too many wrong passwords; allowed: another try after a while',
        begun.waitMs,
      );
    }
    if ('refused' in begun) {
      await traced(request, name, 'nobody', 401);
      throw new UnauthorizedError('the name or the password is wrong');
    }
    const { secret, session } = begun;
    await traced(request, session.name, session.principal, 201);
    setSessionCookie(request, reply, secret, session.expiresAt - session.createdAt);
    return session;
  };
  const signOut = async ({ request, reply }: Exchange): Promise<void> => {
    const secret = sessionCookie(request);
    if (secret !== null) await door.signOut(secret);
    clearSessionCookie(request, reply);
  };
  addRoute(server, {
    method: 'POST',
    url,
    operationId: 'signIn',
    tag,
    access: 'open',
    summary: 'Signs in with a name and a password; the answer sets a cookie.',
    body: credentials,
    answer: { status: 201, description: 'signed in', schema: who },
    handle: async (asked) => {
      const session = await signIn(asked, asked.body);
      const { principal: id, name, via, roles: has, customer, csrf, expiresAt } = session;
      return { id, name, via, roles: has, customer, scopes: null, csrf, expiresAt: isoInstant(expiresAt) };
    },
  });
  addRoute(server, {
    method: 'GET',
    url,
    operationId: 'getSession',
    tag,
    access: 'session:read',
    summary: 'Who asks.',
    answer: { description: 'who', schema: who },
    handle: ({ caller, request }) => {
      const session = request.identified?.session ?? null;
      return {
        ...caller.principal,
        csrf: session?.csrf ?? null,
        expiresAt: session && isoInstant(session.expiresAt),
      };
    },
  });
  addRoute(server, {
    method: 'DELETE',
    url,
    operationId: 'signOut',
    tag,
    access: 'session:end',
    summary: 'Ends the session of the cookie.',
    answer: { status: 204, description: 'signed out' },
    handle: signOut,
  });
  return { signIn, signOut };
}

/** What somebody typed as a name reaches logs and terminals. */
const plainName = (name: string): string => name.replace(/[\p{Cc}\u2028\u2029]/gu, '?').slice(0, 100);

interface OidcRoutesOptions {
  readonly oidc: Oidc;
  /** What people's browsers call this place. */
  readonly publicUrl: string;
  readonly trail: Pick<TrailStore, 'append'>;
  readonly now: () => EpochMs;
  readonly log: HttpLog;
}

const tag = 'access';
const cookie = 'pop-sla-oidc';
const path = '/auth/oidc';

/** `/auth/oidc/start` and `/auth/oidc/callback`: there and back again. */
export function oidcRoutes(
  server: FastifyInstance,
  { oidc, publicUrl, trail, now, log }: OidcRoutesOptions,
): void {
  const secure = publicUrl.startsWith('https:');
  const options = { path, httpOnly: true, sameSite: 'lax', secure } as const;
  const answer = { status: 302, description: 'to where it goes on' } as const;
  addRoute(server, {
    method: 'GET',
    url: `${path}/start`,
    operationId: 'startOidc',
    tag,
    access: 'open',
    answer,
    summary: 'Sends a browser to the OpenID Connect provider.',
    query: z.strictObject({ to: place().default('/') }),
    handle: async ({ query, reply }) => {
      const { url, secret } = await oidc.start(query.to).catch(answerable(log));
      return reply.setCookie(cookie, secret, { ...options, maxAge: 600 }).redirect(url, 302);
    },
  });
  addRoute(server, {
    method: 'GET',
    url: `${path}/callback`,
    operationId: 'finishOidc',
    tag,
    access: 'open',
    answer,
    summary: 'Where the provider sends the browser back to; the answer sets the cookie of the session.',
    query: z.looseObject({ code: words(2000).optional(), state: words(500).optional() }),
    handle: async ({ request, reply }) => {
      const came = new URL(request.url, `${publicUrl}/`);
      const { begun, returnTo } = await oidc
        .finish(new URL(`${publicUrl}${path}/callback${came.search}`), request.cookies[cookie] ?? null)
        .catch(answerable(log));
      const { session, secret } = begun;
      await leaveTrace(trail, {
        at: now(),
        principal: session.principal,
        name: session.name,
        from: request.ip,
        action: 'session:begin',
        target: `${path}/callback`,
        status: 302,
        amounts: false,
      });
      setSessionCookie(request, reply, secret, session.expiresAt - session.createdAt);
      return reply.clearCookie(cookie, options).redirect(returnTo, 302);
    },
  });
}

const answerable =
  (log: HttpLog) =>
  (error: unknown): never => {
    log.debug({ err: error }, 'a sign-in at the provider came to nothing');
    if (error instanceof OidcRejectedError) throw new UnauthorizedError(error.message);
    if (error instanceof OidcUnreachableError) throw new UnavailableError(error.message);
    throw error;
  };
