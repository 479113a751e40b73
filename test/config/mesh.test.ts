import { describe, expect, test } from 'vitest';
import { showConfig } from '../../src/config/show.js';
import { configOf, problemsOf, threePops } from './support.js';

const mesh = 'mesh: { servers: [nats://hub.example.net] }\n';
const hub = `role: hub\n${mesh}${threePops.replace('agent: HKG\n', '')}`;
const agent = (id: string): string => `role: agent\n${mesh}${threePops.replace('HKG', id)}`;

describe('a hub', () => {
  test('speaks of the paths of all PoPs, and needs no name', () => {
    const config = configOf(hub);
    expect(config.paths.map(({ id }) => id)).toEqual([
      ...['FRA>HKG', 'FRA>SIN', 'HKG>FRA', 'HKG>SIN', 'SIN>FRA', 'SIN>HKG'],
    ]);
    expect(config.paths[0]).toMatchObject({ source: 'FRA', destination: 'HKG' });
    expect(config.watch.ports).toEqual(['FRA', 'HKG', 'SIN']);
    expect(config.agent).toBe('hub');
  });

  test('may be of a mesh that is not full', () => {
    const paths = "paths: { include: ['HKG>*', SIN>HKG], exclude: [HKG>FRA] }\n";
    expect(configOf(hub + paths).paths.map(({ id }) => id)).toEqual(['HKG>SIN', 'SIN>HKG']);
  });

  test('counts what one agent has to send, not what all do', () => {
    const measurement = 'measurement: { packetInterval: 3ms, spread: 0s }\n';
    expect(problemsOf(hub + measurement)).toEqual([]);
    expect(problemsOf(hub + measurement.replace('3ms', '2ms'))).toEqual([
      expect.stringContaining('sends 3000 packets/s in all: 2 paths × 3 sizes'),
    ]);
  });
});

describe('an agent', () => {
  test('needs to know its PoP and the servers only', () => {
    const config = configOf(`role: agent\nagent: HKG\n${mesh}`);
    expect(config).toMatchObject({ role: 'agent', agent: 'HKG', pops: [], paths: [] });
    expect(configOf(showConfig(config))).toEqual(config);
  });

  test('takes of what is said for the whole mesh what is its own', () => {
    const whole =
      "paths: { include: ['HKG>*', SIN>FRA] }\nwatch: { ports: [HKG, SIN, FRA], references: [SIN, HKG] }\n";
    const config = configOf(agent('SIN') + whole);
    expect(config.paths.map(({ id }) => id)).toEqual(['SIN>FRA']);
    expect(config.watch.ports).toEqual(['HKG', 'FRA']);
    expect(config.watch.references).toEqual([{ kind: 'pop', pop: 'HKG' }]);
  });

  test('may have nothing to measure', () => {
    expect(configOf(`${agent('FRA')}paths: { include: ['HKG>*'] }\n`).paths).toEqual([]);
  });

  test('is one of the PoPs', () => {
    expect(problemsOf(agent('LAX'))).toEqual([
      expect.stringContaining('agent: "LAX" is not among the PoPs; allowed: HKG, SIN, FRA'),
    ]);
  });
});
