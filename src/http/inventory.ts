import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config } from '../config/config.js';
import { pathJson, popJson } from '../render/inventory.js';
import { isoTime } from './route/answers.js';
import { pageAnswer, pageOf, pageQuery } from './route/page.js';
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
    handle: ({ caller }) => {
      const { pops, agent } = config();
      const own = caller.own();
      if (own === null) return { pops: pops.map((one) => popJson(one, agent)) };
      // Where it can be reached is nobody's business but ours.
      const hidden = { ipv4: null, ipv6: null, host: null };
      const ends = new Set([
        ...own.ports.keys(),
        ...[...own.paths.keys()].flatMap((path) => path.split('>')),
      ]);
      const seen = pops.filter(({ id }) => ends.has(id));
      return { pops: seen.map((one) => popJson({ ...one, ...hidden }, agent)) };
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
    query: z.strictObject(pageQuery),
    answer: {
      description: 'a page of the paths',
      schema: z.strictObject({ paths: z.array(path), ...pageAnswer }),
    },
    handle: ({ query, caller }) => {
      const own = caller.own();
      const seen = config().paths.filter(({ id }) => own === null || own.paths.has(id));
      const { page, nextCursor } = pageOf(seen, query, ({ id }) => id);
      return { paths: page.map(pathJson), nextCursor };
    },
  });
}
