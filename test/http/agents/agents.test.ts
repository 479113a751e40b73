import { expect, test } from 'vitest';
import { twoTenants } from '../../support/tenants.js';
import { threeAgents } from '../../support/agents.js';
import { testServer } from '../support/server.js';

test('every agent of a hub, as its status says', async () => {
  const { http } = testServer(await twoTenants(), { agents: () => threeAgents });
  const answer = await http.inject({ url: '/api/v1/agents' });
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({
    revision: 7,
    agents: [
      {
        agent: 'HKG',
        state: 'in-order',
        lastSeen: '2026-10-11T08:00:00Z',
        version: '0.1.0',
        config: { revision: 7, refused: null },
        clock: { offsetMs: -1, errorMs: 1, suspect: false },
        backlog: { rows: 12, oldest: '2026-10-11T07:58:30Z', oldestAgeMs: 90_000 },
      },
      { agent: 'SIN', state: 'config-refused', config: { revision: null, refused: { revision: 7 } } },
      { agent: 'TYO', state: 'never-seen', lastSeen: null, config: null },
    ],
  });
});
