import { isIPv4 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.js';
import { BadRequest } from '../problem.js';

/** What it takes to write: nobody asks for a password yet, so only this machine may. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden';
  readonly statusCode = 403;
}

const actorHeader = 'x-pop-sla-actor';

const isLoopback = (host: string): boolean => {
  const bare = host.toLowerCase().replace(/^::ffff:/, '');
  return bare === 'localhost' || bare === '::1' || (isIPv4(bare) && bare.startsWith('127.'));
};

/** Who writes; throws where the request may not. The name may be percent-encoded: headers are ASCII. */
export function writerOf(request: FastifyRequest, { http }: Pick<Config, 'http'>): string {
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
  // A page of elsewhere whose name was made to point here would bring its own name along.
  if (!isLoopback(hostOf(headers.host ?? ''))) {
    throw new Forbidden(
      `${headers.host ?? 'no host'} is not this machine; allowed: a Host of localhost, 127.0.0.1 or [::1]`,
    );
  }
  const name = headers[actorHeader];
  if (typeof name !== 'string' || name.trim() === '') {
    throw new BadRequest([
      { parameter: actorHeader, detail: 'is missing; allowed: a header with the name of whoever does it' },
    ]);
  }
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Without its port and brackets. */
const hostOf = (host: string): string => /^\[([^\]]*)\]/.exec(host)?.[1] ?? host.replace(/:\d+$/, '');
