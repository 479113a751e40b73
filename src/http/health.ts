import type { FastifyInstance } from 'fastify';

/** One thing that the daemon needs to do its work. */
export interface Readiness {
  readonly name: string;
  readonly ok: boolean;
  /** Why it is not, for people; null when it is. */
  readonly reason: string | null;
}

/** `/healthz`: the process answers. `/readyz`: it does its work, or 503 with what keeps it from that. */
export function healthRoutes(
  server: FastifyInstance,
  { readiness, version }: { readonly readiness: () => readonly Readiness[]; readonly version: string },
): void {
  server.get('/healthz', () => ({ status: 'ok', version }));
  server.get('/readyz', (_request, reply) => {
    const checks = readiness();
    const ready = checks.every((check) => check.ok);
    return reply.code(ready ? 200 : 503).send({ ready, checks });
  });
}
