import type { FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.js';
import type { Principal } from '../../core/access/principal.js';
import type { Action } from '../../core/access/rules.js';
import type { Door } from '../../engine/access/door.js';
import type { SessionRecord } from '../../store/access-store.js';
import { Unauthorized } from '../problem.js';
import { sessionCookie } from './cookie.js';
import { isLoopback, openPrincipal } from './loopback.js';

export interface Identified {
  readonly principal: Principal;
  /** When a cookie said who it is. */
  readonly session: SessionRecord | null;
}

export interface IdentifyOptions {
  /** Null: nobody ever has to sign in (there is no store of tokens and users). */
  readonly door: Door | null;
  readonly config: () => Config;
}

/** Of a request that a page sends by the clock: nobody has to sit before it. */
export const refreshHeader = 'x-pop-sla-refresh';

const refusals = {
  unknown: 'it is none of ours',
  expired: 'it is expired',
  revoked: 'it is revoked',
} as const;

/** Says who sends a request, by its token, its session, or because nobody has to sign in yet; else rejects. */
export function identifier({ door, config }: IdentifyOptions) {
  let somebody = false;
  const mustSignIn = async (): Promise<boolean> => {
    const { http } = config();
    if (http.auth.open === 'never' || http.auth.oidc !== null || !isLoopback(http.host)) return true;
    somebody ||= (await door?.anybody()) ?? false;
    return somebody;
  };
  return async (request: FastifyRequest, action: Action): Promise<Identified> => {
    if (door === null) return { principal: openPrincipal(request, action, config()), session: null };
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const token = /^Bearer +([\w.~+/=-]{1,4096})$/i.exec(authorization)?.[1];
      if (token === undefined) throw new Unauthorized('authorization is no token; allowed: Bearer TOKEN');
      const entry = await door.byToken(token);
      if ('refused' in entry) throw new Unauthorized(`the token does not hold: ${refusals[entry.refused]}`);
      return { ...entry, session: null };
    }
    const cookie = sessionCookie(request);
    const by = request.headers[refreshHeader] === undefined ? 'somebody' : 'itself';
    const entered = cookie === null ? null : await door.bySession(cookie, by);
    if (entered !== null) return entered;
    if (await mustSignIn()) throw new Unauthorized(await howToSignIn(door, config()));
    return { principal: openPrincipal(request, action, config()), session: null };
  };
}

async function howToSignIn(door: Door, { http }: Config): Promise<string> {
  if (http.auth.oidc !== null || (await door.anybody())) {
    return 'nobody is signed in; allowed: a token in the header Authorization, or a session of POST /api/v1/session';
  }
  return (
    `nobody can sign in yet, and HTTP listens on ${http.host}; allowed: a first token (pop-sla token create) or user ` +
    '(pop-sla user add), or http.listen on 127.0.0.1 with http.auth.open loopback'
  );
}
