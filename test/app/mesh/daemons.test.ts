import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startDaemon, type Daemon } from '../../../src/app/daemon.js';
import { askMesh } from '../../../src/app/mesh/rows.js';
import { loadConfig } from '../../../src/config/load.js';
import { systemClock } from '../../../src/engine/clock.js';
import type { Alarm, Clock } from '../../../src/engine/ports.js';
import { freePort } from '../../support/free-port.js';
import { startNats, type NatsServer } from '../../support/nats.js';
import { requires } from '../../support/requires.js';
import { tempDir } from '../../support/temp-dir.js';

requires({ commands: ['nats-server'] });

const wait = { timeout: 60_000, interval: 50 };
const pops = `pops:
  - { id: HKG, ipv4: 127.0.0.11 }
  - { id: SIN, ipv4: 127.0.0.12 }
  - { id: FRA, ipv4: 127.0.0.13 }
`;
const measurement =
  'measurement: { packets: 2, packetInterval: 10ms, lostAfter: 100ms, lateWait: 0s, spread: 0s }\n';

async function nats(port?: number): Promise<NatsServer> {
  const server = await startNats(port === undefined ? {} : { port });
  onTestFinished(() => server.stop());
  return server;
}

function fileOf(folder: string, { role, agent, url, rest = '' }: Record<string, string>): string {
  const file = join(folder, `${role}-${agent}.yaml`);
  writeFileSync(
    file,
    `role: ${role}\nagent: ${agent}\nmesh: { servers: ['${url}'], heartbeat: 200ms }
store: { path: ${join(folder, agent ?? '', 'pop-sla.db')} }
driver: simulated
log: { level: silent }
http: { listen: '127.0.0.1:0' }
${rest}`,
  );
  return file;
}

async function run(configFile: string, clock: Clock = systemClock): Promise<Daemon> {
  const alarm: Alarm = {
    at: (instant, ring) => {
      const timer = setTimeout(ring, Math.max(0, instant - clock.now()));
      return {
        cancel: () => {
          clearTimeout(timer);
        },
      };
    },
  };
  const output = { write: () => true, isTTY: false };
  const daemon = await startDaemon({ configFile, version: '0.1.0', output: output, clock, alarm });
  onTestFinished(() => daemon.stop());
  return daemon;
}

const get = async <T>({ address }: Daemon, path: string): Promise<T> =>
  (await (await fetch(address + path)).json()) as T;

const pathsOf = async (daemon: Daemon): Promise<string[]> =>
  (await get<{ paths: { id: string }[] }>(daemon, '/api/v1/paths')).paths.map(({ id }) => id);

const agentsOf = async (daemon: Daemon): Promise<[string, string][]> =>
  (await get<{ agents: { agent: string; state: string }[] }>(daemon, '/api/v1/agents')).agents.map((one) => [
    one.agent,
    one.state,
  ]);

describe('a hub and its agents', () => {
  it('share the mesh that the hub’s file says, live', async () => {
    const { url } = await nats();
    const folder = tempDir();
    const hubFile = fileOf(folder, { role: 'hub', agent: 'hub', url, rest: pops + measurement });
    const hub = await run(hubFile);
    const agent = await run(fileOf(folder, { role: 'agent', agent: 'HKG', url }));
    expect(await pathsOf(hub)).toHaveLength(6);
    await expect.poll(() => pathsOf(agent), wait).toEqual(['HKG>FRA', 'HKG>SIN']);
    await expect
      .poll(() => agentsOf(hub), wait)
      .toEqual([
        ['FRA', 'never-seen'],
        ['HKG', 'in-order'],
        ['SIN', 'never-seen'],
      ]);
    fileOf(folder, {
      role: 'hub',
      agent: 'hub',
      url,
      rest: `${pops}${measurement}paths: { exclude: [HKG>FRA] }\n`,
    });
    await hub.reload();
    await expect.poll(() => pathsOf(agent), wait).toEqual(['HKG>SIN']);
    const config = await loadConfig(hubFile);
    if (!config.ok) throw new Error('the hub’s file');
    const asked = await askMesh(config.config, Date.now());
    expect(asked.agents.find((one) => one.agent === 'HKG')?.seen?.status.paths).toBe(1);
    const metrics = await (await fetch(`${hub.address}/metrics`)).text();
    expect(metrics).toContain('pop_sla_mesh_agent_state{agent="SIN",state="never-seen"} 1');
  });

  it('go on without each other, and an agent without its hub after a start too', async () => {
    const server = await nats();
    const { url } = server;
    const folder = tempDir();
    const hub = await run(fileOf(folder, { role: 'hub', agent: 'hub', url, rest: pops + measurement }));
    const file = fileOf(folder, { role: 'agent', agent: 'HKG', url });
    const first = await run(file);
    await expect.poll(() => pathsOf(first), wait).toHaveLength(2);
    await hub.stop();
    await server.kill();
    expect(await pathsOf(first)).toHaveLength(2);
    await first.stop();
    expect(existsSync(join(folder, 'HKG', 'mesh-config.json'))).toBe(true);
    const second = await run(file);
    expect(await pathsOf(second)).toEqual(['HKG>FRA', 'HKG>SIN']);
    // A reload does not lose it either.
    await second.reload();
    expect(await pathsOf(second)).toHaveLength(2);
  });

  it('start when there is no server yet, and meet when it comes', async () => {
    const port = await freePort();
    const url = `nats://127.0.0.1:${port}`;
    const folder = tempDir();
    const agent = await run(fileOf(folder, { role: 'agent', agent: 'SIN', url }));
    const hub = await run(fileOf(folder, { role: 'hub', agent: 'hub', url, rest: pops + measurement }));
    expect(await pathsOf(agent)).toEqual([]);
    await nats(port);
    await expect.poll(() => pathsOf(agent), wait).toEqual(['SIN>FRA', 'SIN>HKG']);
    await expect
      .poll(async () => (await agentsOf(hub)).find(([name]) => name === 'SIN')?.[1], wait)
      .toBe('in-order');
  });
});

describe('an agent whose clock is ten seconds ahead', () => {
  it('is suspect at the hub, and its rounds say so', async () => {
    const { url } = await nats();
    const folder = tempDir();
    const hub = await run(
      fileOf(folder, {
        role: 'hub',
        agent: 'hub',
        url,
        rest: `${pops}${measurement.replace('{', '{ every: 1s,')}`,
      }),
    );
    const ahead = { ...systemClock, now: () => systemClock.now() + 10_000 };
    const agent = await run(fileOf(folder, { role: 'agent', agent: 'HKG', url }), ahead);
    await expect
      .poll(async () => (await agentsOf(hub)).find(([name]) => name === 'HKG')?.[1], wait)
      .toBe('clock-suspect');
    await expect
      .poll(async () => {
        const { rounds } = await get<{ rounds: { reason: string | null }[] }>(agent, '/api/v1/rounds');
        return rounds.map(({ reason }) => reason).find((reason) => reason?.includes('clock'));
      }, wait)
      .toMatch(/marked: this agent's clock is off by 10\.\d s ± [\d.]+ s against its hub's/);
    const metrics = await (await fetch(`${agent.address}/metrics`)).text();
    expect(metrics).toContain('pop_sla_mesh_clock_suspect 1');
  });
});
