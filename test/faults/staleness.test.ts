import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type * as Koffi from 'koffi';
import { Registry } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { metricMaker } from '../../src/metrics/make.js';
import { metricNames } from '../../src/metrics/names.js';
import { connect } from '../../src/store/postgres/connect.js';
import { toStoreError } from '../../src/store/postgres/errors.js';
import { createWriter } from '../../src/store/postgres/database.js';
import { threePops } from '../support/config-file.js';
import { freezingProxy } from '../support/freezing-proxy.js';
import { startNats } from '../support/nats.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { requires } from '../support/requires.js';
import { startRunning } from '../support/running.js';

describe('PostgreSQL behind a way that falls silent', () => {
  let server: PostgresServer;
  const { beforeAll, afterAll } = requires({ postgres: true, built: true });
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    await server.stop();
  });

  test(
    'postgres-half-open: readiness and metrics say so, nothing is lost, and it heals',
    { timeout: 180_000 },
    async () => {
      const url = new URL(await server.newSchema());
      const proxy = await freezingProxy(server.port);
      url.port = String(proxy.port);
      const running = startRunning({ changes: { store: { path: undefined, url: url.href } } });
      const { daemon, get } = running;
      await running.round('a held round', ({ status }) => status === 'ok');
      const isReady = async (): Promise<boolean> => (await get('/readyz')).status === 200;
      await daemon.waitFor('readiness', async () => ((await isReady()) ? true : undefined));

      proxy.freeze();
      await daemon.waitFor('readiness to end', async () => ((await isReady()) ? undefined : true), 60_000);
      expect((await get('/readyz')).body).toMatch(/store/);
      expect((await get('/metrics')).body).toMatch(/^pop_sla_daemon_store_writable 0$/m);

      proxy.thaw();
      await daemon.waitFor('readiness', async () => ((await isReady()) ? true : undefined), 60_000);
      await daemon.waitFor(
        'an empty queue',
        async () =>
          /^pop_sla_daemon_store_queued_rounds 0$/m.test((await get('/metrics')).body) ? true : undefined,
        60_000,
      );
      expect(daemon.log().filter(({ msg }) => /given up|is lost/.test(msg))).toEqual([]);
      expect(await daemon.stop()).toMatchObject({ code: 0 });
    },
  );

  test('rollback-on-a-dead-connection: a change that gets no answer fails, and the next takes another connection', async () => {
    const url = new URL(await server.newSchema());
    const proxy = await freezingProxy(server.port);
    url.port = String(proxy.port);
    const pool = connect({ url: url.href });
    onTestFinished(() => pool.end());
    const writer = createWriter({ pool, faultOf: (error) => toStoreError(error, 'it'), limitMs: 1_000 });
    const ask = (before: () => void) =>
      writer.write(async (client) => {
        before();
        return (await client.query<{ one: number }>('SELECT 1 AS one')).rows[0]?.one;
      });
    await expect(ask(() => undefined)).resolves.toBe(1);
    await expect(
      ask(() => {
        proxy.freeze();
      }),
    ).rejects.toMatchObject({ name: 'StoreError', kind: 'io' });
    proxy.thaw();
    await expect(ask(() => undefined)).resolves.toBe(1);
  });

  test('postgres-unacknowledged: the system gives a connection up that acknowledges nothing for 20 s', async () => {
    const pool = connect({ url: await server.newSchema() });
    onTestFinished(() => pool.end());
    const client = await pool.connect();
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
    const { fd } = (stream as unknown as { _handle: { fd: number } })._handle;
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
    const getsockopt = koffi.load(null).func('int getsockopt(int, int, int, void *, void *)') as (
      ...all: readonly unknown[]
    ) => number;
    const [value, length] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32LE(4);
    expect(getsockopt(fd, 6, 18, value, length)).toBe(0);
    expect(value.readUInt32LE()).toBe(20_000);
    client.release();
  });
});

describe('a hub', () => {
  requires({ built: true, commands: ['nats-server'] });

  test(
    'dead-agent: an agent that died becomes silent, also when nothing can be read any more',
    { timeout: 180_000 },
    async () => {
      const nats = await startNats();
      onTestFinished(() => nats.stop());
      const mesh = { servers: [nats.url], heartbeat: '200ms' };
      const hub = startRunning({
        changes: { ...({ role: 'hub', agent: 'HUB', mesh } as object), pops: threePops },
      });
      await hub.daemon.waitForLog('the mesh', ({ msg }) => msg.startsWith('the mesh is published'));
      const agent = startRunning({ changes: { ...({ role: 'agent', mesh } as object) } });
      const state = async (): Promise<string | undefined> =>
        /^pop_sla_mesh_agent_state\{agent="HKG",state="([^"]+)"\} 1$/m.exec(
          (await hub.get('/metrics')).body,
        )?.[1];
      await hub.daemon.waitFor(
        'an agent',
        async () => ((await state()) === 'in-order' ? true : undefined),
        60_000,
      );
      await agent.daemon.kill();
      nats.pause(true);
      await hub.daemon.waitFor(
        'silence',
        async () => ((await state()) === 'silent' ? true : undefined),
        90_000,
      );
      nats.pause(false);
    },
  );
});

describe('a metric', () => {
  test('stale-metrics: that nobody has set for long is no longer shown, or shown as not so', async () => {
    let now = 0;
    const registry = new Registry();
    const make = metricMaker(registry, () => now);
    const aged = { maxAgeMs: 1_000 };
    make.late(metricNames.clockOffset, aged).set(5);
    make.gauge(metricNames.outbox, aged).set({ state: 'waiting' }, 5);
    make.zeroAfter(metricNames.storeWritable, 1_000).set(1);
    make.late(metricNames.standingAt).set(7);
    const values = async (): Promise<string[]> =>
      (await registry.metrics())
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .sort();
    now = 1_000;
    expect(await values()).toEqual([
      'pop_sla_daemon_clock_offset_seconds 5',
      'pop_sla_daemon_outbox_depth{state="waiting"} 5',
      'pop_sla_daemon_standing_timestamp_seconds 7',
      'pop_sla_daemon_store_writable 1',
    ]);
    now = 1_001;
    expect(await values()).toEqual([
      'pop_sla_daemon_standing_timestamp_seconds 7',
      'pop_sla_daemon_store_writable 0',
    ]);
  });
});
