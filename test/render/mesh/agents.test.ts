import { expect, test } from 'vitest';
import { agentsTable } from '../../../src/render/mesh.js';
import { agentsAt, threeAgents } from '../../support/agents.js';

test('a line an agent, and what is refused in words', () => {
  expect(agentsTable(threeAgents, agentsAt + 2_000)).toBe(`\
AGENT  STATE           VERSION  PATHS    CONFIG            BACKLOG               CLOCK  LAST SEEN
HKG    in-order        0.1.0      199         7  12 rows, 90 s old  -0.001 s ± 0.000 s  2.0 s ago
SIN    config-refused  0.1.0        1  own file                  -                   -   14 s ago
TYO    never-seen      -            -         -                  -                   -          -

the mesh is published as revision 7
SIN refuses revision 7: agent.yaml agent: "SIN" is unknown
`);
});

test('a mesh without agents says so', () => {
  expect(agentsTable({ revision: null, agents: [] }, 0)).toBe('no mesh is published; no agents\n');
});
