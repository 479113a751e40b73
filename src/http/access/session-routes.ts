import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { roles } from '../../core/access/rules.js';
import type { EpochMs } from '../../core/types.js';
import { isoInstant } from '../../render/figures.js';
import {
  type Authenticator,
  OidcRejectedError,
  OidcUnreachableError,
} from '../../services/access/authenticator.js';
import type { Oidc } from '../../services/access/oidc.js';
import { leaveTrace } from '../../services/access/registry.js';
import type { SessionRecord, TrailStore } from '../../store/access-store.js';
import { networkOf } from '../rate.js';
import {
  BadRequestError,
  ForbiddenError,
  type HttpLog,
  TooManyRequestsError,
  SecondFactorError,
  UnauthorizedError,
} from '../problem.js';
import { addRoute, isoTime, place } from '../route/route.js';
import { words } from '../route/input.js';
import { sessionJson, shownSession } from './own-session-routes.js';
import {
  clearSessionCookie,
  deviceCookie,
  maySignIn,
  refuseOtherOrigins,
  sessionCookie,
  setDeviceCookie,
  setSessionCookie,
  unavailable,
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

export const credentials = z.strictObject({
  name: words('label'),
  password: words('line'),
  /** Of the second factor, or a recovery code; asked for where the user has enrolled one. */
  code: words('word').nullish(),
});
const signedIn = who.extend({
  /** The other sessions of the user, which go on until they are ended. */
  otherSessions: z.array(shownSession),
});

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

interface SessionOptions {
  readonly authenticator: Authenticator;
  readonly trail: Pick<TrailStore, 'append'>;
  readonly now: () => EpochMs;
}

/** `/api/v1/session`: in with a name and a password, who am I, and out. */
export function sessionRoutes(server: FastifyInstance, { authenticator, trail, now }: SessionOptions) {
  const url = '/api/v1/session';
  const tag = 'access';
  const traced = (request: FastifyRequest, name: string, principal: string, status: number) =>
    leaveTrace(trail, {
      at: now(),
      principal,
      name: typedName(name),
      from: request.ip,
      action: 'session:begin',
      target: url,
      status,
      amounts: false,
    });
  /** Begins a session, whose cookie goes into the reply. Throws an `HttpError` where nobody may come in. */
  const signIn = async (
    { request, reply }: Exchange,
    { name, password, code }: z.output<typeof credentials>,
  ): Promise<SessionRecord> => {
    refuseOtherOrigins(request);
    if (!maySignIn(request)) {
      throw new ForbiddenError(
        'a password may not come this way; allowed: over TLS (http.tls, or a proxy in http.trustedProxies that says so)',
      );
    }
    const begun = await authenticator.signIn(name, password, networkOf(request.ip), {
      code: code ?? undefined,
      device: deviceCookie(request),
      origin: request.ip,
    });
    if ('waitMs' in begun) {
      throw new TooManyRequestsError(
        'too many wrong passwords; allowed: another try after a while',
        begun.waitMs,
      );
    }
    if ('refused' in begun) {
      await traced(request, name, 'nobody', 401);
      if (begun.refused === 'code') throw new SecondFactorError(code != null);
      throw new UnauthorizedError('the name or the password is wrong');
    }
    const { secret, session, device } = begun;
    await traced(request, session.name, session.principal, 201);
    setSessionCookie(request, reply, secret, session.expiresAt - session.createdAt);
    if (device !== undefined) setDeviceCookie(request, reply, device);
    return session;
  };
  const signOut = async ({ request, reply }: Exchange): Promise<void> => {
    const secret = sessionCookie(request);
    if (secret !== null) await authenticator.signOut(secret);
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
    answer: { status: 201, description: 'signed in', schema: signedIn },
    handle: async (asked) => {
      const session = await signIn(asked, asked.body);
      const others = (await authenticator.sessions(session.principal)).filter(
        ({ hash }) => hash !== session.hash,
      );
      const { principal: id, name, via, roles: has, customer, csrf, expiresAt } = session;
      const scopes = session.limited === true ? ['session'] : null;
      const otherSessions = others.map((one) => sessionJson(one, null));
      return {
        id,
        name,
        via,
        roles: has,
        customer,
        scopes,
        csrf,
        expiresAt: isoInstant(expiresAt),
        otherSessions,
      };
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
      const { id, name, via, roles: has, customer, scopes } = caller.principal;
      return {
        id,
        name,
        via,
        roles: [...has],
        customer,
        scopes: scopes && [...scopes],
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
const typedName = (name: string): string => name.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?').slice(0, 100);

interface OidcRoutesOptions {
  readonly oidc: Oidc;
  /** What people's browsers call this place. */
  readonly publicUrl: string;
  readonly trail: Pick<TrailStore, 'append'>;
  readonly now: () => EpochMs;
  readonly log: HttpLog;
}

const tag = 'access';
/** Each sign-in has a cookie of its own: those of two tabs do not get in each other's way. */
const cookieOf = (state: string): string => `pop-sla-oidc-${state.slice(0, 16)}`;
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
      const { url, state, secret } = await oidc.start(query.to).catch(answerable(log));
      return reply.setCookie(cookieOf(state), secret, { ...options, maxAge: 600 }).redirect(url, 302);
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
    query: z.looseObject({ code: words('url').optional(), state: words('key').optional() }),
    handle: async ({ query, request, reply }) => {
      const cookie = cookieOf(query.state ?? '');
      const came = new URL(request.url, `${publicUrl}/`);
      const { begun, returnTo } = await oidc
        .finish(
          new URL(`${publicUrl}${path}/callback${came.search}`),
          request.cookies[cookie] ?? null,
          request.ip,
        )
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
  server.register((scope, _options, done) => {
    scope.addContentTypeParser<string>(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      (_request, text, parsed) => {
        parsed(null, Object.fromEntries(new URLSearchParams(text)));
      },
    );
    addRoute(scope, {
      method: 'POST',
      url: `${path}/backchannel-logout`,
      operationId: 'logOutOidc',
      tag,
      access: 'open',
      summary: 'Where the provider says that somebody signed out there (OpenID Connect Back-Channel Logout).',
      body: z.looseObject({ logout_token: words('token') }),
      answer: { status: 204, description: 'the sessions are over' },
      handle: async ({ body, request }) => {
        const { subject, sessions } = await oidc.logOut(body.logout_token).catch((error: unknown) => {
          if (!(error instanceof OidcRejectedError)) return answerable(log)(error);
          log.error({ err: error }, 'a logout token of the provider was refused');
          throw new BadRequestError([{ parameter: 'logout_token', detail: error.message }]);
        });
        await leaveTrace(trail, {
          at: now(),
          principal: `oidc:${subject}`,
          name: typedName(subject),
          from: request.ip,
          action: 'session:end',
          target: `${path}/backchannel-logout (${sessions})`,
          status: 204,
          amounts: false,
        });
      },
    });
    done();
  });
}

const answerable =
  (log: HttpLog) =>
  (error: unknown): never => {
    if (error instanceof OidcRejectedError) {
      log.debug({ err: error }, 'a sign-in at the provider was refused');
      throw new UnauthorizedError(error.message);
    }
    if (error instanceof OidcUnreachableError) {
      log.error({ err: error }, 'the provider does not answer: nobody can sign in there');
    }
    return unavailable(error);
  };
