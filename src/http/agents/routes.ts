import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { agentsJson, type AgentsShown } from '../../render/mesh/agents.js';
import { isoTime } from '../route/answers.js';
import { addRoute } from '../route/route.js';

const answer = z.strictObject({
  revision: z.int().nullable().meta({ description: 'of the mesh that is published; null: none is' }),
  agents: z.array(
    z.strictObject({
      ...{ agent: z.string(), state: z.string(), lastSeen: isoTime().nullable() },
      ...{ version: z.string().nullable(), paths: z.int().nullable() },
      config: z
        .strictObject({
          revision: z.int().nullable().meta({ description: 'that it runs on; null: its own file' }),
          refused: z.strictObject({ revision: z.int(), why: z.string() }).nullable(),
        })
        .nullable(),
      clock: z
        .strictObject({ offsetMs: z.int(), errorMs: z.int(), suspect: z.boolean() })
        .nullable()
        .meta({ description: 'against the hub’s: off by so much, give or take the error' }),
      backlog: z
        .strictObject({ rows: z.int(), oldest: isoTime().nullable(), oldestAgeMs: z.number().nullable() })
        .nullable()
        .meta({ description: 'rows that wait to reach the hub' }),
    }),
  ),
});

/** `/api/v1/agents`: how the agents of a hub are. */
export function agentRoutes(server: FastifyInstance, agents: () => AgentsShown): void {
  addRoute(server, {
    ...{
      method: 'GET',
      url: '/api/v1/agents',
      operationId: 'listAgents',
      tag: 'about',
      access: 'agents:read',
    },
    summary: 'How every agent of the mesh is: version, configuration, backlog, clock, last seen.',
    answer: { description: 'the agents, by name', schema: answer },
    handle: () => agentsJson(agents()),
  });
}
