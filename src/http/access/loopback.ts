import { isIPv4 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.js';
import type { Principal } from '../../core/access/principal.js';
import { rules, type Action } from '../../core/access/rules.js';
import { BadRequest, Forbidden } from '../problem.js';

const actorHeader = 'x-pop-sla-actor';

export const isLoopback = (host: string): boolean => {
  const bare = host.toLowerCase().replace(/^::ffff:/, '');
  return bare === 'localhost' || bare === '::1' || (isIPv4(bare) && bare.startsWith('127.'));
};

/**
 * Who asks while nobody has to sign in: everybody may read, this machine may write. Throws where the request may not.
 * The name in the header may be percent-encoded: headers are ASCII.
 */
export function openPrincipal(
  request: FastifyRequest,
  action: Action,
  config: Pick<Config, 'http'>,
): Principal {
  const writes = rules[action].kind === 'write';
  // A page of elsewhere whose name was made to point here would read what this machine may.
  const { host = '' } = request.headers;
  if (isLoopback(config.http.host) && !isLoopback(hostOf(host))) {
    throw new Forbidden(
      `${host || 'no host'} is not this machine; allowed: a Host of localhost, 127.0.0.1 or [::1], or to sign in`,
    );
  }
  return {
    id: 'open',
    name: writes ? writerOf(request, config) : 'anybody',
    roles: ['noc', 'finance', 'approver', 'admin'],
    ...{ customer: null, scopes: null, via: 'open' },
  };
}

function writerOf(request: FastifyRequest, { http }: Pick<Config, 'http'>): string {
  if (!isLoopback(http.host)) {
    throw new Forbidden(
      `writing is off while HTTP listens on ${http.host}; allowed: http.listen on 127.0.0.1 or [::1]`,
    );
  }
  const { headers, ip } = request;
  // Behind a proxy everybody seems to be this machine.
  if (!isLoopback(ip) || headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) {
    throw new Forbidden('only this machine may write; allowed: a request from loopback, through no proxy');
  }
  const name = headers[actorHeader];
  if (typeof name !== 'string' || name.trim() === '') {
    throw new BadRequest([
      { parameter: actorHeader, detail: 'is missing; allowed: a header with the name of whoever does it' },
    ]);
  }
  const given = decoded(name);
  // Who it was is written down whether it was allowed or not.
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(given)) {
    throw new BadRequest([{ parameter: actorHeader, detail: 'is no name; allowed: one line of text' }]);
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

/** Without its port and brackets. */
const hostOf = (host: string): string => /^\[([^\]]*)\]/.exec(host)?.[1] ?? host.replace(/:\d+$/, '');
