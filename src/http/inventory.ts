import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config } from '../config/config.js';
import { pathJson, popJson } from '../render/inventory.js';
import { isoTime } from './route/answers.js';
import { addRoute } from './route/route.js';

const pop = z.strictObject({
  ...{ id: z.string(), name: z.string(), region: z.string().nullable() },
  ...{ ipv4: z.string().nullable(), ipv6: z.string().nullable(), host: z.string().nullable() },
  coordinates: z.strictObject({ latitude: z.number(), longitude: z.number() }).nullable(),
  agent: z.boolean(),
});

const path = z.strictObject({
  ...{ id: z.string(), source: z.string(), destination: z.string() },
  ...{ from: isoTime().nullable(), to: isoTime().nullable() },
});

/** `/api/v1/pops` and `/api/v1/paths`: what the configuration in force says. */
export function inventoryRoutes(server: FastifyInstance, config: () => Config): void {
  addRoute(server, {
    ...{ method: 'GET', url: '/api/v1/pops', operationId: 'listPops', tag: 'inventory', access: 'pops:read' },
    summary: 'The PoPs of the configuration in force.',
    answer: { description: 'the PoPs', schema: z.strictObject({ pops: z.array(pop) }) },
    handle: () => {
      const { pops, agent } = config();
      return { pops: pops.map((one) => popJson(one, agent)) };
    },
  });
  addRoute(server, {
    ...{
      method: 'GET',
      url: '/api/v1/paths',
      operationId: 'listPaths',
      tag: 'inventory',
      access: 'paths:read',
    },
    summary: 'The paths that this agent measures.',
    answer: { description: 'the paths', schema: z.strictObject({ paths: z.array(path) }) },
    handle: () => ({ paths: config().paths.map(pathJson) }),
  });
}
