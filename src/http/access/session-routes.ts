import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { roles } from '../../core/access/principal.js';
import type { EpochMs } from '../../core/types.js';
import type { Door } from '../../engine/access/door.js';
import { leaveTrace } from '../../engine/access/trail.js';
import { isoInstant } from '../../render/instant.js';
import type { TrailStore } from '../../store/access-store.js';
import { Forbidden, TooMany, Unauthorized } from '../problem.js';
import { isoTime } from '../route/answers.js';
import { networkOf } from '../guard/network-of.js';
import { words } from '../route/input.js';
import { addRoute, type Asked } from '../route/route.js';
import { clearSessionCookie, maySignIn, sessionCookie, setSessionCookie } from './cookie.js';
import { refuseOtherOrigins } from './csrf.js';

const who = z.strictObject({
  ...{ id: z.string(), name: z.string(), via: z.enum(['open', 'token', 'password', 'oidc']) },
  ...{ roles: z.array(z.enum(roles)), customer: z.string().nullable() },
  scopes: z.array(z.string()).nullable(),
  /** What a write has to have in the header x-csrf-token; null without a cookie. */
  ...{ csrf: z.string().nullable(), expiresAt: isoTime().nullable() },
});

const credentials = z.strictObject({ name: words(100), password: words(1000) });

export interface SessionOptions {
  readonly door: Door;
  readonly trail: Pick<TrailStore, 'append'>;
  readonly now: () => EpochMs;
}

/** `/api/v1/session`: in with a name and a password, who am I, and out. */
export function sessionRoutes(server: FastifyInstance, { door, trail, now }: SessionOptions): void {
  const url = '/api/v1/session';
  const tag = 'access';
  const traced = (asked: Asked<unknown, unknown, unknown>, name: string, principal: string, status: number) =>
    leaveTrace(trail, {
      ...{ at: now(), principal, name: plainName(name), from: asked.request.ip },
      ...{ action: 'session:begin', target: url, status, amounts: false },
    });
  addRoute(server, {
    ...{ method: 'POST', url, operationId: 'signIn', tag, access: 'open' },
    summary: 'Signs in with a name and a password; the answer sets a cookie.',
    body: credentials,
    answer: { status: 201, description: 'signed in', schema: who },
    handle: async (asked) => {
      const { body, request, reply } = asked;
      refuseOtherOrigins(request);
      if (!maySignIn(request)) {
        throw new Forbidden(
          'a password may not come this way; allowed: over TLS (http.tls, or a proxy in http.trustedProxies that says so)',
        );
      }
      const begun = await door.signIn(body.name, body.password, networkOf(request.ip));
      if ('waitMs' in begun) {
        throw new TooMany('too many wrong passwords; allowed: another try after a while', begun.waitMs);
      }
      if ('refused' in begun) {
        await traced(asked, body.name, 'nobody', 401);
        throw new Unauthorized('the name or the password is wrong');
      }
      const { secret, session } = begun;
      await traced(asked, session.name, session.principal, 201);
      setSessionCookie(request, reply, secret, session.expiresAt - session.createdAt);
      const { principal: id, name, via, roles: has, customer, csrf, expiresAt } = session;
      return { id, name, via, roles: has, customer, scopes: null, csrf, expiresAt: isoInstant(expiresAt) };
    },
  });
  addRoute(server, {
    ...{ method: 'GET', url, operationId: 'getSession', tag, access: 'session:read' },
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
    ...{ method: 'DELETE', url, operationId: 'signOut', tag, access: 'session:end' },
    summary: 'Ends the session of the cookie.',
    answer: { status: 204, description: 'signed out' },
    handle: async ({ request, reply }) => {
      const secret = sessionCookie(request);
      if (secret !== null) await door.signOut(secret);
      clearSessionCookie(request, reply);
      return undefined;
    },
  });
}

/** What somebody typed as a name reaches logs and terminals. */
const plainName = (name: string): string => name.replace(/[\p{Cc}\u2028\u2029]/gu, '?').slice(0, 100);
