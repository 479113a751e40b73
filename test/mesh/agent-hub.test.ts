import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cachedConfigFile, type MeshSections, parseWithHub, readCachedConfig } from '../../src/config/hub.js';
import type { Config } from '../../src/config/config.js';
import type { Clock } from '../../src/engine/ports.js';
import { systemClock } from '../../src/engine/clock.js';
import { keepAgent } from '../../src/mesh/agent.js';
import { createFollower, type ConfigFollower } from '../../src/mesh/config.js';
import { connectMesh } from '../../src/mesh/connect.js';
import { keepHub, type HubLook } from '../../src/mesh/hub.js';
import { ensureStreams, rowsStream, rowsStreamMade } from '../../src/mesh/streams.js';
import { keptLog } from '../support/log.js';
import { useNats } from '../support/nats.js';
import { tempDir } from '../support/temp-dir.js';
import { meshOf } from './support.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const pops = ['HKG', 'SIN', 'FRA'].map((id, n) => ({ id, ipv4: `192.0.2.${n + 1}` }));
const server = useNats();
const wait = { timeout: 30_000, interval: 20 };

// A bucket that another test made is another test's.
beforeEach(async () => {
  const connection = await connect('clean');
  const { Kvm } = await import('@nats-io/kv');
  const kvm = new Kvm(connection);
  for await (const { bucket } of kvm.list()) await (await kvm.open(bucket)).destroy();
  await connection.close();
});

async function connect(name: string): Promise<NatsConnection> {
  const connection = await connectMesh({ mesh: meshOf(server().url), name, agent: name });
  closing.push(() => connection.close());
  return connection;
}

/** A hub whose file says these sections until something else is put in their place. */
async function hub(
  first: MeshSections,
  { name = 'hub', zoneData = null }: { name?: string; zoneData?: string | null } = {},
): Promise<{ sections: MeshSections; looks: HubLook[]; log: ReturnType<typeof keptLog> }> {
  const state = { sections: first, looks: [] as HubLook[], log: keptLog() };
  const ended = new AbortController();
  const keeping = keepHub(
    {
      zoneData,
      connection: await connect('hub'),
      hub: name,
      mesh: meshOf(server().url, { heartbeatMs: 100 }),
      clock: systemClock,
      log: state.log.log,
      expected: () => ['HKG', 'SIN'],
      sections: () => state.sections,
      onLook: (look) => state.looks.push(look),
    },
    ended.signal,
  );
  closing.push(async () => {
    ended.abort();
    await keeping;
  });
  return state;
}

interface TestAgent {
  readonly follower: ConfigFollower;
  readonly applied: Config[];
  /** When the stream was made, as its hub said. */
  readonly streams: (string | null)[];
  readonly stop: () => Promise<void>;
}

async function agent(
  name: string,
  over: { folder?: string; clock?: Clock; cut?: true } = {},
): Promise<TestAgent> {
  const kept = cachedConfigFile(join(over.folder ?? tempDir(), 'pop-sla.db'));
  const text = `role: agent\nagent: ${name}\nmesh: { servers: ['${server().url}'] }\n`;
  const applied: Config[] = [];
  const streams: (string | null)[] = [];
  const { log } = keptLog();
  const follower = createFollower(
    {
      cachedConfigFile: kept,
      log,
      validate: (from) => Promise.resolve(parseWithHub(text, 'agent.yaml', '/srv', from)),
      apply: (config) => applied.push(config),
    },
    readCachedConfig(kept),
  );
  const ended = new AbortController();
  const stop = async (): Promise<void> => {
    ended.abort();
    await keeping;
  };
  const keeping = over.cut
    ? Promise.resolve()
    : keepAgent(
        {
          connection: await connect(name),
          agent: name,
          follower,
          log,
          version: '0.1.0',
          mesh: meshOf(server().url, { heartbeatMs: 100 }),
          clock: over.clock ?? systemClock,
          startedAt: 1_000,
          paths: () => applied.at(-1)?.paths.length ?? 0,
          onClock: () => undefined,
          onStream: (made) => streams.push(made),
          backlog: () => Promise.resolve({ rows: 7, oldestAt: null }),
        },
        ended.signal,
      );
  closing.push(stop);
  return { follower, applied, streams, stop };
}

const stateOf = (looks: readonly HubLook[], name: string) =>
  looks.at(-1)?.agents.find((one) => one.agent === name);

it('tells its agents when the stream of rows was made', async () => {
  const connection = await connect('maker');
  const manager = await jetstreamManager(connection);
  await ensureStreams(manager, { replicas: 1, keepMs: 86_400_000 });
  const made = await rowsStreamMade(manager);
  expect(made).not.toBeNull();
  await hub({ pops });
  const { streams } = await agent('HKG');
  await expect.poll(() => streams.at(-1), wait).toBe(made);
  await manager.streams.delete(rowsStream);
  await ensureStreams(manager, { replicas: 1, keepMs: 86_400_000 });
  await expect.poll(() => streams.at(-1), wait).toBe(await rowsStreamMade(manager));
  expect(streams.at(-1)).not.toBe(made);
});

describe('hubs', () => {
  const told = ({ log }: { log: ReturnType<typeof keptLog> }) => log.lines.map(({ message }) => message);

  it('are warned of another that judges months by other time zone data', async () => {
    const first = await hub({ pops }, { name: 'one', zoneData: '2025c' });
    await expect.poll(() => first.looks.length, wait).toBeGreaterThan(0);
    const same = await hub({ pops }, { name: 'two', zoneData: '2025c' });
    await expect.poll(() => same.looks.length, wait).toBeGreaterThan(0);
    const other = await hub({ pops }, { name: 'three', zoneData: '2026c' });
    await expect.poll(() => Math.min(same.looks.length, other.looks.length), wait).toBeGreaterThan(1);
    expect(told(other)).toContainEqual(
      expect.stringMatching(
        /^hubs with other time zone data \(one on \S+ 2025c, two on \S+ 2025c, here 2026c\)/,
      ),
    );
    expect(told(same).filter((line) => line.includes('time zone'))).toEqual([]);
  });
});

describe('the mesh, edited in one place', () => {
  it('reaches an agent, changes it live, and is told in its status', async () => {
    const { looks, ...state } = await hubState({ pops });
    const one = await agent('HKG');
    await expect
      .poll(() => one.applied.at(-1)?.paths.map(({ id }) => id), wait)
      .toEqual(['HKG>FRA', 'HKG>SIN']);
    await expect.poll(() => stateOf(looks, 'HKG')?.state, wait).toBe('in-order');
    state.set({ pops, paths: { exclude: ['HKG>FRA'] } });
    await expect.poll(() => one.applied.at(-1)?.paths.map(({ id }) => id), wait).toEqual(['HKG>SIN']);
    const revision = looks.at(-1)?.published?.revision;
    await expect
      .poll(() => stateOf(looks, 'HKG')?.seen?.status, wait)
      .toMatchObject({ version: '0.1.0', paths: 1, backlog: { rows: 7 }, config: { inForce: { revision } } });
    expect(stateOf(looks, 'SIN')).toEqual({ agent: 'SIN', state: 'never-seen', seen: null });
  });

  it('stays as it is where an agent can’t take it, and the hub is told why', async () => {
    const { looks, ...state } = await hubState({ pops });
    const one = await agent('HKG');
    await expect.poll(() => one.applied.length, wait).toBe(1);
    state.set({ pops: pops.filter(({ id }) => id !== 'HKG') });
    await expect.poll(() => stateOf(looks, 'HKG')?.state, wait).toBe('config-refused');
    expect(stateOf(looks, 'HKG')?.seen?.status.config.refused?.why).toBe(
      'agent.yaml agent: "HKG" is not among the PoPs; allowed: SIN, FRA',
    );
    expect(one.applied).toHaveLength(1);
    state.set({ pops, measurement: { every: '1h' } });
    await expect.poll(() => one.applied.at(-1)?.measurement.everyMs, wait).toBe(3_600_000);
    await expect.poll(() => stateOf(looks, 'HKG')?.state, wait).toBe('in-order');
  });

  it('is kept on the agent’s disk, and held there after a start without the hub', async () => {
    const { looks } = await hubState({ pops });
    const folder = tempDir();
    const one = await agent('HKG', { folder });
    await expect.poll(() => stateOf(looks, 'HKG')?.state, wait).toBe('in-order');
    await one.stop();
    const alone = await agent('HKG', { folder, cut: true });
    const { revision } = looks.at(-1)?.published ?? { revision: null };
    expect(alone.follower.standing().inForce?.revision).toBe(revision);
    expect(alone.follower.hub()?.sections).toEqual({ pops });
  });

  it('is not published again when nothing has changed', async () => {
    const first = await hubState({ pops });
    await expect.poll(() => first.looks.length, wait).toBeGreaterThan(2);
    const second = await hubState({ pops: pops.map((pop) => ({ ...pop })) });
    await expect.poll(() => second.looks.length, wait).toBeGreaterThan(1);
    expect(second.looks.at(-1)?.published).toEqual(first.looks[0]?.published);
  });
});

describe('a clock that is off by ten seconds', () => {
  it('is found, and makes the agent suspect', async () => {
    const { looks } = await hubState({ pops });
    await agent('HKG', { clock: { ...systemClock, now: () => systemClock.now() + 10_000 } });
    await expect.poll(() => stateOf(looks, 'HKG')?.state, wait).toBe('clock-suspect');
    const clock = stateOf(looks, 'HKG')?.seen?.status.clock;
    const { offsetMs = 0, errorMs = 0 } = clock ?? {};
    expect(Math.abs(offsetMs - 10_000)).toBeLessThanOrEqual(errorMs + 2);
  });
});

describe('what lies on the disk', () => {
  it.each([
    ['', /has no revision in its first line/],
    ['7\nnonsense', /is no JSON/],
    ['7\n{"format":2}', /has the format 2; known here: 1/],
    ['7\n{"format":1,"digest":"x","by":"hub","at":"","sections":{}}', /does not match its digest/],
  ])('is refused when it is not whole: %j', (text, message) => {
    const folder = tempDir();
    writeFileSync(join(folder, 'mesh-config.json'), text);
    expect(() => readCachedConfig(cachedConfigFile(join(folder, 'pop-sla.db')))).toThrow(message);
    expect(readFileSync(join(folder, 'mesh-config.json'), 'utf8')).toBe(text);
  });
});

async function hubState(first: MeshSections) {
  const state = await hub(first);
  return {
    looks: state.looks,
    set: (next: MeshSections) => {
      state.sections = next;
    },
  };
}
