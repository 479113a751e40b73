import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import { pathJson, popJson } from '../render/inventory.js';
import { readParameters } from './parameters.js';

/** `/api/v1/pops` and `/api/v1/paths`: what the configuration in force says. */
export function inventoryRoutes(server: FastifyInstance, config: () => Config): void {
  server.get('/api/v1/pops', (request) => {
    readParameters(request.query, {});
    const { pops, agent } = config();
    return { pops: pops.map((pop) => popJson(pop, agent)) };
  });
  server.get('/api/v1/paths', (request) => {
    readParameters(request.query, {});
    return { paths: config().paths.map(pathJson) };
  });
}
