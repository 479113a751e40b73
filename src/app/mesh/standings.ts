import type { HubLook } from '../../mesh/hub.js';
import type { AgentStanding } from '../../metrics/mesh.js';

/** What metrics say of the agents. */
export function agentStandings({ agents }: HubLook): AgentStanding[] {
  return agents.map(({ agent, state, seen }) => ({
    ...{ agent, state, seenAt: seen?.seenAt ?? null },
    revision: seen?.status.config.inForce?.revision ?? null,
    refused: seen?.status.config.refused != null,
    ...{ clock: seen?.status.clock ?? null, backlog: seen?.status.backlog ?? null },
  }));
}
