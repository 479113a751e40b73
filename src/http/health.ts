import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { addRoute } from './route/route.js';

/** One thing that the daemon needs to do its work. */
export interface Readiness {
  readonly name: string;
  readonly ok: boolean;
  /** Why it is not, for people; null when it is. */
  readonly reason: string | null;
}

const checks = z.array(z.strictObject({ name: z.string(), ok: z.boolean(), reason: z.string().nullable() }));

/** `/healthz`: the process answers. `/readyz`: it does its work, or 503 with what keeps it from that. */
export function healthRoutes(
  server: FastifyInstance,
  { readiness, version }: { readonly readiness: () => readonly Readiness[]; readonly version: string },
): void {
  addRoute(server, {
    ...{ method: 'GET', url: '/healthz', operationId: 'getHealth', tag: 'about', access: 'open' },
    summary: 'Whether the process answers.',
    answer: {
      description: 'it does',
      schema: z.strictObject({ status: z.literal('ok'), version: z.string() }),
    },
    handle: () => ({ status: 'ok', version }),
  });
  addRoute(server, {
    ...{ method: 'GET', url: '/readyz', operationId: 'getReadiness', tag: 'about', access: 'open' },
    summary: 'Whether the daemon does its work; 503 with the reason otherwise.',
    answer: { description: 'it does', schema: z.strictObject({ ready: z.boolean(), checks }) },
    handle: ({ reply }) => {
      const found = readiness();
      const ready = found.every((check) => check.ok);
      if (!ready) reply.code(503).type('application/json');
      return { ready, checks: found };
    },
  });
}
