import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Metrics } from '../metrics/metrics.js';
import { addRoute } from './route/route.js';

/** `/metrics`, for Prometheus: in pieces, so that a large scrape holds up nothing else. */
export function metricsRoute(
  server: FastifyInstance,
  metrics: Pick<Metrics, 'answer'>,
  readers: 'open' | 'signed-in',
  /** Throws where a page of elsewhere, whose name was made to point here, asks. */
  checkHost: (request: FastifyRequest) => Promise<void>,
): void {
  addRoute(server, {
    method: 'GET',
    url: '/metrics',
    operationId: 'getMetrics',
    tag: 'about',
    access: readers === 'open' ? 'open' : 'metrics:read',
    summary:
      'Every metric, in the text format of Prometheus, or in OpenMetrics where the Accept header asks for it.',
    answer: { description: 'the metrics', contentType: 'text/plain' },
    handle: async ({ request, reply }) => {
      await checkHost(request);
      const { contentType, pieces } = metrics.answer(request.headers.accept);
      reply.type(contentType);
      return Readable.from(pieces, { objectMode: false });
    },
  });
}
