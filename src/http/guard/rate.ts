import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { TooMany } from '../problem.js';

/** At most so many requests a minute from one address; health is asked as often as one likes. */
export function limitRate(server: FastifyInstance, perMinute: number): void {
  server.register(rateLimit, {
    global: true,
    max: perMinute,
    timeWindow: 60_000,
    cache: 10_000,
    allowList: ({ url }) => url === '/healthz' || url === '/readyz',
    errorResponseBuilder: (_request, { ttl, max }) =>
      new TooMany(`more than ${max} requests in a minute; allowed: another one after a while`, ttl),
  });
}
