import { expect, test } from 'vitest';
import { type AgentStatus, packStatus, readStatus, stateOf, viewAgents } from '../../../src/mesh/status.js';

const now = 10_000_000;
const status: AgentStatus = {
  format: 1,
  agent: 'HKG',
  version: '0.1.0',
  at: now,
  startedAt: 0,
  heartbeatMs: 10_000,
  paths: 2,
  config: { inForce: { revision: 7, digest: 'd' }, refused: null },
  clock: { offsetMs: 1, errorMs: 2, at: now, suspect: false },
  backlog: { rows: 0, oldestAt: null },
};
const suspect = { clock: { offsetMs: 10_000, errorMs: 2, at: now, suspect: true } };
const refused = { config: { inForce: { revision: 6, digest: 'd' }, refused: { revision: 7, why: 'x' } } };

test.each([
  ['in-order', {}, 0],
  ['in-order', { clock: null, backlog: null }, 30_000],
  ['silent', {}, 30_001],
  ['in-order', { heartbeatMs: 60_000 }, 180_000],
  ['silent', { heartbeatMs: 60_000 }, 180_001],
  ['clock-suspect', suspect, 0],
  ['config-refused', { ...suspect, ...refused }, 0],
  ['silent', { ...suspect, ...refused }, 60_000],
  ['config-behind', { config: { inForce: { revision: 6, digest: 'd' }, refused: null } }, 0],
  ['config-behind', { config: { inForce: null, refused: null } }, 0],
  ['in-order', { backlog: { rows: 9, oldestAt: now - 3_600_000 } }, 0],
  ['backlog', { backlog: { rows: 9, oldestAt: now - 3_600_001 } }, 0],
] as const)('%s: %o, %i ms ago', (state, over, agoMs) => {
  expect(stateOf({ status: { ...status, ...over }, seenAt: now - agoMs }, 7, now)).toBe(state);
});

test('an agent whose hub has published nothing is in order', () => {
  const own = { ...status, config: { inForce: null, refused: null } };
  expect(stateOf({ status: own, seenAt: now }, null, now)).toBe('in-order');
});

test('who has never said anything is shown where somebody should have', () => {
  const seen = new Map([['HKG', { status, seenAt: now }]]);
  const views = viewAgents({ seen, expected: ['SIN'], revision: 7, now });
  expect(views.map(({ agent, state }) => [agent, state])).toEqual([
    ['HKG', 'in-order'],
    ['SIN', 'never-seen'],
  ]);
});

test('a status comes back as it was, and nothing else does', () => {
  const said: Omit<AgentStatus, 'format'> = status;
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  expect(readStatus(bytes(packStatus(said)))).toEqual(status);
  expect(readStatus(bytes(JSON.stringify({ ...status, more: 'of a newer version' })))).toEqual(status);
  for (const text of ['', '{}', '[]', JSON.stringify({ ...status, format: 2 })]) {
    expect(readStatus(bytes(text))).toBeNull();
  }
});
