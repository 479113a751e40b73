import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { BadRequest } from '../problem.js';
import { addRoute } from '../route/route.js';
import type { Jobs } from './jobs.js';

/** A month of rounds of fifty paths is half of this. */
const mostBytes = 32 * 1024 * 1024;

/** `POST /api/v1/evaluate`: a case of somebody's own, judged by a plan. */
export function evaluateRoutes(server: FastifyInstance, jobs: Pick<Jobs, 'evaluate'>): void {
  // Read by the reader of cases, which finds a key that stands twice, and says where a fault is.
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, content, done) => {
    done(null, content);
  });
  addRoute(server, {
    ...{ method: 'POST', url: '/api/v1/evaluate', operationId: 'evaluateCase', tag: 'plans' },
    access: 'evaluate:run',
    summary:
      'Judges one month of services by a plan, from a case as `pop-sla evaluate` takes it; keeps nothing.',
    bodyLimit: mostBytes,
    query: z.strictObject({ details: z.enum(['true', 'false']).default('false') }),
    body: z
      .instanceof(Buffer, { error: 'is no JSON object; allowed: a case' })
      .meta({ type: 'object', description: 'a case; a plan is an id or the whole plan, and no file' }),
    answer: { description: 'the result', schema: z.looseObject({ month: z.string() }) },
    handle: async ({ query, body }) => {
      const judged = await jobs.evaluate({ bytes: body, details: query.details === 'true' });
      if ('result' in judged) return judged.result;
      throw new BadRequest(judged.faults.map(({ path, message }) => ({ parameter: path, detail: message })));
    },
  });
}
