import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics/metrics.js';
import { addRoute } from './route/route.js';

/** `/metrics`, for Prometheus. */
export function metricsRoute(server: FastifyInstance, metrics: Pick<Metrics, 'text' | 'contentType'>): void {
  addRoute(server, {
    ...{ method: 'GET', url: '/metrics', operationId: 'getMetrics', tag: 'about', access: 'open' },
    summary: 'Every metric, in the text format of Prometheus.',
    answer: { description: 'the metrics', contentType: 'text/plain' },
    handle: async ({ reply }) => {
      const text = await metrics.text();
      return reply.type(metrics.contentType).send(text);
    },
  });
}
