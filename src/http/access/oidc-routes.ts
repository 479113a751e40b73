import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { EpochMs } from '../../core/types.js';
import type { Oidc } from '../../engine/access/oidc.js';
import { OidcRefused, OidcUnreachable } from '../../engine/access/oidc-faults.js';
import { leaveTrace } from '../../engine/access/trail.js';
import type { TrailStore } from '../../store/access-store.js';
import { Unauthorized, Unavailable, type HttpLog } from '../problem.js';
import { words } from '../route/input.js';
import { place } from '../route/place.js';
import { addRoute } from '../route/route.js';
import { setSessionCookie } from './cookie.js';

export interface OidcRoutesOptions {
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
    ...{ method: 'GET', url: `${path}/start`, operationId: 'startOidc', tag, access: 'open', answer },
    summary: 'Sends a browser to the OpenID Connect provider.',
    query: z.strictObject({ to: place().default('/') }),
    handle: async ({ query, reply }) => {
      const { url, secret } = await oidc.start(query.to).catch(answerable(log));
      return reply.setCookie(cookie, secret, { ...options, maxAge: 600 }).redirect(url, 302);
    },
  });
  addRoute(server, {
    ...{ method: 'GET', url: `${path}/callback`, operationId: 'finishOidc', tag, access: 'open', answer },
    summary: 'Where the provider sends the browser back to; the answer sets the cookie of the session.',
    query: z.looseObject({ code: words(2000).optional(), state: words(500).optional() }),
    handle: async ({ request, reply }) => {
      const came = new URL(request.url, `${publicUrl}/`);
      const { begun, returnTo } = await oidc
        .finish(new URL(`${publicUrl}${path}/callback${came.search}`), request.cookies[cookie] ?? null)
        .catch(answerable(log));
      const { session, secret } = begun;
      await leaveTrace(trail, {
        ...{ at: now(), principal: session.principal, name: session.name, from: request.ip },
        ...{ action: 'session:begin', target: `${path}/callback`, status: 302, amounts: false },
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
    if (error instanceof OidcRefused) throw new Unauthorized(error.message);
    if (error instanceof OidcUnreachable) throw new Unavailable(error.message);
    throw error;
  };
