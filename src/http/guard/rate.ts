import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { TooMany } from '../problem.js';
import { networkOf } from './network-of.js';

/** At most so many requests a minute from one address (of IPv6: a network of 64 bits); health is asked as often as one likes. */
export function limitRate(server: FastifyInstance, perMinute: number): void {
  server.register(rateLimit, {
    global: true,
    max: perMinute,
    timeWindow: 60_000,
    cache: 10_000,
    keyGenerator: ({ ip }) => networkOf(ip),
    allowList: ({ url }) => url === '/healthz' || url === '/readyz',
    errorResponseBuilder: (_request, { ttl, max }) =>
      new TooMany(`more than ${max} requests in a minute; allowed: another one after a while`, ttl),
  });
}
