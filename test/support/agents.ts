import type { AgentsShown } from '../../src/render/mesh.js';

const at = Date.UTC(2026, 9, 11, 8);

/** A mesh of three: one in order, one that refuses its configuration, one that never said anything. */
export const threeAgents: AgentsShown = {
  revision: 7,
  agents: [
    {
      agent: 'HKG',
      state: 'in-order',
      seen: {
        seenAt: at,
        status: {
          version: '0.1.0',
          at,
          paths: 199,
          config: { inForce: { revision: 7 }, refused: null },
          clock: { offsetMs: -1.25, errorMs: 0.4, suspect: false },
          backlog: { rows: 12, oldestAt: at - 90_000 },
        },
      },
    },
    {
      agent: 'SIN',
      state: 'config-refused',
      seen: {
        seenAt: at - 12_000,
        status: {
          version: '0.1.0',
          at,
          paths: 1,
          config: { inForce: null, refused: { revision: 7, why: 'agent.yaml agent: "SIN" is unknown' } },
          clock: null,
          backlog: null,
        },
      },
    },
    { agent: 'TYO', state: 'never-seen', seen: null },
  ],
};
export const agentsAt = at;
