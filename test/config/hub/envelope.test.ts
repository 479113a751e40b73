import { expect, test } from 'vitest';
import {
  digestOf,
  meshSectionsOf,
  packEnvelope,
  parseWithHub,
  readEnvelope,
} from '../../../src/config/hub.js';
import { formatProblems } from '../../../src/config/problem.js';

const text = `role: hub
mesh: { servers: [nats://hub.example.net] }
measurement: { every: 1h, sizes: [64, 128] }
watch: { every: 1.5s }
pops: [{ id: HKG, ipv4: 192.0.2.1 }, { id: SIN, ipv4: 192.0.2.2 }]
store: { path: hub.db }
`;
const sections = meshSectionsOf(text);
const agent =
  'role: agent\nagent: SIN\nmesh: { servers: [nats://hub.example.net] }\nstore: { path: sin.db }\n';

test('what is for the agents travels whole, in whatever order its keys stand', () => {
  expect(Object.keys(sections)).toEqual(['measurement', 'watch', 'pops']);
  const back = readEnvelope(packEnvelope(sections, 'hub', '2026-10-01T00:00:00Z'));
  expect(back).toMatchObject({ sections, by: 'hub', digest: digestOf(sections) });
  const { pops, watch, measurement } = sections;
  expect(digestOf({ pops, watch, measurement })).toBe(digestOf(sections));
  expect(digestOf({ pops, measurement })).not.toBe(digestOf(sections));
});

test('an agent’s own file keeps what is its own', () => {
  const result = parseWithHub(`${agent}pops: [{ id: OLD, ipv4: 192.0.2.9 }]\n`, 'sin.yaml', '/srv', {
    name: 'revision 7 of the hub',
    sections,
  });
  if (!result.ok) throw new Error(formatProblems(result.problems));
  const { role, store, pops, paths, measurement } = result.config;
  expect({
    role,
    path: store.path,
    pops: pops.map(({ id }) => id),
    paths: paths.map(({ id }) => id),
  }).toEqual({
    role: 'agent',
    path: '/srv/sin.db',
    pops: ['HKG', 'SIN'],
    paths: ['SIN>HKG'],
  });
  expect(measurement.everyMs).toBe(3_600_000);
});

test('a fault is said with whose words it is', () => {
  const wrong = parseWithHub(`${agent}driver: net-ping\n`, 'sin.yaml', '/srv', {
    name: 'revision 7 of the hub',
    sections: { ...sections, measurement: { every: '7m', probe: { dscp: 46 } } },
  });
  expect(wrong.ok ? '' : formatProblems(wrong.problems)).toMatch(
    /^revision 7 of the hub measurement\.every: "7m" does not divide a day; .*\nrevision 7 of the hub measurement\.probe: can't be done by the driver net-ping/m,
  );
});

test('an agent’s file that can’t be read is its own fault', () => {
  const hub = { name: 'revision 7 of the hub', sections };
  const wrong = parseWithHub('role: agent\n\tagent: SIN\n', 'sin.yaml', '/srv', hub);
  expect(wrong.ok ? '' : formatProblems(wrong.problems)).toMatch(/^sin\.yaml:2:1/);
});
