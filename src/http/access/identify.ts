import '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { timingSafeEqual } from 'node:crypto';
import type { Config } from '../../config/config.js';
import { type Action, type Principal, rules } from '../../core/access/rules.js';
import { hasControls, hasHiddenCharacters } from '../../core/text/control-characters.js';
import { type Authenticator, OidcUnreachableError } from '../../services/access/authenticator.js';
import type { Oidc } from '../../services/access/oidc.js';
import type { SessionRecord } from '../../store/access-store.js';
import { isLoopback, isOwnHost } from '../../core/address/host.js';
import { BadRequestError, ForbiddenError, UnauthorizedError, UnavailableError } from '../problem.js';

const actorHeader = 'x-pop-sla-actor';

/**
 * Who asks while nobody has to sign in: everybody may read, this machine may write. Throws where the request may not.
 * The name in the header may be percent-encoded: headers are ASCII.
 */
function openPrincipal(request: FastifyRequest, action: Action): Principal {
  const writes = rules[action].kind === 'write';
  const { host } = request.headers;
  if (!isOwnHost(host)) throw foreignHost(host);
  return {
    id: 'open',
    name: writes ? writerOf(request) : 'anybody',
    roles: ['noc', 'finance', 'approver', 'admin'],
    customer: null,
    scopes: null,
    via: 'open',
  };
}

/** A page of elsewhere whose name was made to point here would read what this machine may. */
const foreignHost = (host = ''): ForbiddenError =>
  new ForbiddenError(
    `${host || 'no host'} is not this machine; allowed: a Host of localhost, 127.0.0.1 or [::1], or to sign in`,
  );

function writerOf(request: FastifyRequest): string {
  const { headers, ip } = request;
  // Behind a proxy everybody seems to be this machine.
  if (!isLoopback(ip) || headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) {
    throw new ForbiddenError(
      'only this machine may write; allowed: a request from loopback, through no proxy',
    );
  }
  const name = headers[actorHeader];
  if (typeof name !== 'string' || name.trim() === '') {
    throw new BadRequestError([
      { parameter: actorHeader, detail: 'is missing; allowed: a header with the name of whoever does it' },
    ]);
  }
  const given = decoded(name);
  // Who it was is written down whether it was allowed or not.
  if (/\p{Cs}/u.test(given) || hasControls(given) || hasHiddenCharacters(given)) {
    throw new BadRequestError([{ parameter: actorHeader, detail: 'is no name; allowed: one line of text' }]);
  }
  return given;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** What marks a browser that somebody has signed in with before. */
const deviceOverTls = '__Host-pop-sla-device';
const devicePlain = 'pop-sla-device';
const deviceSeconds = 180 * 86_400;

export const deviceCookie = (request: FastifyRequest): string | undefined =>
  request.cookies[isTls(request) ? deviceOverTls : devicePlain];

export function setDeviceCookie(request: FastifyRequest, reply: FastifyReply, device: string): void {
  reply.setCookie(isTls(request) ? deviceOverTls : devicePlain, device, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: isTls(request),
    maxAge: deviceSeconds,
  });
}

/** A cookie that a browser takes over TLS only, and from this host only. */
const overTls = '__Host-pop-sla';
const plain = 'pop-sla';

const isTls = ({ protocol }: FastifyRequest): boolean => protocol === 'https';

/** Whether the secret of a session may travel this way: encrypted, or never leaving this machine. */
export const maySignIn = (request: FastifyRequest): boolean => isTls(request) || isLoopback(request.ip);

export function sessionCookie(request: FastifyRequest): string | null {
  return request.cookies[isTls(request) ? overTls : plain] ?? null;
}

export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string,
  maxAgeMs: number,
): void {
  reply.setCookie(isTls(request) ? overTls : plain, secret, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isTls(request),
    maxAge: Math.floor(maxAgeMs / 1000),
  });
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(isTls(request) ? overTls : plain, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isTls(request),
  });
}

export interface Identified {
  readonly principal: Principal;
  /** When a cookie said who it is. */
  readonly session: SessionRecord | null;
}

interface IdentifyOptions {
  readonly authenticator: Authenticator;
  readonly config: () => Config;
  /** Left out: there is no provider, and its sessions are over. */
  readonly oidc?: Pick<Oidc, 'confirm'> | undefined;
}

/** Of a request that a page sends by the clock: nobody has to sit before it. */
const refreshHeader = 'x-pop-sla-refresh';

const refusals = {
  unknown: 'it is none of ours',
  expired: 'it is expired',
  revoked: 'it is revoked',
} as const;

/** Says who sends a request, by its token, its session, or because nobody has to sign in yet; else rejects. */
export function identifier({ authenticator, config, oidc }: IdentifyOptions) {
  let somebody = false;
  const mustSignIn = async (): Promise<boolean> => {
    const { http } = config();
    if (http.auth.open === 'never' || http.auth.oidc !== null || !isLoopback(http.host)) return true;
    somebody ||= await authenticator.anybody();
    return somebody;
  };
  /** Of what is open to everybody, while nobody has to sign in. */
  const checkHost = async ({ headers: { host } }: FastifyRequest): Promise<void> => {
    // The host first: metrics have to be there when the store does not answer.
    if (isOwnHost(host) || (await mustSignIn())) return;
    throw foreignHost(host);
  };
  const identify = async (request: FastifyRequest, action: Action): Promise<Identified> => {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const token = /^Bearer +([\w.~+/=-]{1,4096})$/i.exec(authorization)?.[1];
      if (token === undefined)
        throw new UnauthorizedError('authorization is no token; allowed: Bearer TOKEN');
      const entry = await authenticator.byToken(token);
      if ('refused' in entry)
        throw new UnauthorizedError(`the token does not hold: ${refusals[entry.refused]}`);
      return { ...entry, session: null };
    }
    const cookie = sessionCookie(request);
    const { [refreshHeader]: refresh, accept } = request.headers;
    // A stream of events is opened by a page too, which can give it no header.
    const by = refresh === undefined && accept !== 'text/event-stream' ? 'somebody' : 'itself';
    const entered = cookie === null ? null : await authenticator.bySession(cookie, by);
    if (entered !== null) {
      const { provider } = entered.session;
      const holds =
        provider === undefined ||
        (oidc !== undefined && (await oidc.confirm(cookie ?? '', entered.session).catch(unavailable)));
      if (holds) return entered;
      throw new UnauthorizedError(
        'the session is over: the provider did not confirm it; allowed: to sign in again',
      );
    }
    if (await mustSignIn()) throw new UnauthorizedError(await howToSignIn(authenticator, config()));
    return { principal: openPrincipal(request, action), session: null };
  };
  return { identify, checkHost };
}

/** Throws on what went wrong at a provider; that it does not answer is `Unavailable`. */
export function unavailable(error: unknown): never {
  if (error instanceof OidcUnreachableError)
    throw new UnavailableError(`${error.message}; allowed: to try again in a minute`, 60_000);
  throw error;
}

async function howToSignIn(authenticator: Authenticator, { http }: Config): Promise<string> {
  if (http.auth.oidc !== null || (await authenticator.anybody())) {
    return 'nobody is signed in; allowed: a token in the header Authorization, or a session of POST /api/v1/session';
  }
  return (
    `nobody can sign in yet, and HTTP listens on ${http.host}; allowed: a first token (pop-sla token create) or user ` +
    '(pop-sla user add), or http.listen on 127.0.0.1 with http.auth.open loopback'
  );
}

/** The header of a script; a form without one has a field `_csrf`. */
const csrfHeader = 'x-csrf-token';
export const csrfField = '_csrf';

function same(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}

const isForm = ({ headers }: FastifyRequest): boolean =>
  /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(headers['content-type'] ?? '');

/** A browser says where a page came from; a page of elsewhere does not write here, whatever it knows. */
export function refuseOtherOrigins(request: FastifyRequest): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  const ownOrigin = `${request.protocol}://${request.host}`;
  if ((origin !== undefined && origin !== ownOrigin) || site === 'cross-site' || site === 'same-site') {
    throw new ForbiddenError(
      `a page of ${origin ?? 'elsewhere'} may not write; allowed: pages of ${ownOrigin}`,
    );
  }
}

/**
 * Of a write that a cookie lets in: a page of elsewhere could have sent it along. `form`: the header is missing, and
 * the body, which is not read yet, may hold the field.
 */
export function checkCsrfHeader(request: FastifyRequest, csrf: string): 'fits' | 'form' {
  refuseOtherOrigins(request);
  const given = request.headers[csrfHeader];
  if (typeof given === 'string' && same(given, csrf)) return 'fits';
  if (given === undefined && isForm(request)) return 'form';
  throw new ForbiddenError(`${csrfHeader} is missing or wrong; allowed: the csrf of GET /api/v1/session`);
}

/** Takes the field out of the body. */
export function checkCsrfField(request: FastifyRequest, csrf: string): void {
  const body = request.body as Record<string, unknown> | null | undefined;
  const given = body?.[csrfField];
  if (typeof given !== 'string' || !same(given, csrf)) {
    throw new ForbiddenError(`${csrfField} is missing or wrong; allowed: the field of the form`);
  }
  delete body?.[csrfField];
}
