import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import { isoInstant } from '../render/instant.js';
import { readParameters } from './parameters.js';

/** `/api/v1/pops` and `/api/v1/paths`: what the configuration in force says. */
export function inventoryRoutes(server: FastifyInstance, config: () => Config): void {
  server.get('/api/v1/pops', (request) => {
    readParameters(request.query, {});
    const { pops, agent } = config();
    return {
      pops: pops.map(({ id, name, region, ipv4, ipv6, host, coordinates }) => ({
        ...{ id, name, region, ipv4, ipv6, host, coordinates },
        agent: id === agent,
      })),
    };
  });
  server.get('/api/v1/paths', (request) => {
    readParameters(request.query, {});
    return {
      paths: config().paths.map(({ id, source, destination, from, to }) => ({
        ...{ id, source, destination },
        from: from === null ? null : isoInstant(from),
        to: to === null ? null : isoInstant(to),
      })),
    };
  });
}
