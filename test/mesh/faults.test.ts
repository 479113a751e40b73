import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ensureStreams } from '../../src/mesh/streams.js';
import { openPostgresStore } from '../../src/store/postgres/open.js';
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite/open.js';
import { startNats, type NatsServer } from '../support/nats.js';
import { startPostgres } from '../support/postgres.js';
import { requires } from '../support/requires.js';
import { round, slot } from '../support/rounds.js';
import { tempDir } from '../support/temp-dir.js';
import { connection, ingest, newStore, send, streams, until, untilEqual } from './link.js';
import { startNode } from './node-child.js';

const everyMs = 1_800_000;

async function server(): Promise<NatsServer> {
  const made = await startNats();
  onTestFinished(() => made.stop());
  return made;
}

async function putRounds(store: SqliteStore, from: number, count: number): Promise<void> {
  for (let n = from; n < from + count; n += 1)
    await store.rounds.put(
      round({ slot: slot + n * everyMs, path: n % 2 === 0 ? 'LAB1>LAB2' : 'LAB1>LAB3' }),
    );
}

/** What an agent's process has left, or is at. */
const besides = async (file: string): Promise<SqliteStore> => {
  const store = await openSqliteStore({ path: file });
  onTestFinished(() => store.close());
  return store;
};

describe('the servers of the mesh', () => {
  requires({ commands: ['nats-server'] });

  test('killed and started again, lose nothing that they acknowledged, and agents go on', async () => {
    const nats = await server();
    await ensureStreams(await jetstreamManager(await connection(nats.url)), streams);
    const [agent, hub] = [await newStore(), await newStore()];
    await putRounds(agent, 0, 30);
    await send(nats.url, agent, 'LAB1', { settings: { slotsAtOnce: 4 } });
    await until('all acknowledged', async () => (await agent.forward.depth()).slots === 0);
    await nats.kill(); // no hub has read anything yet
    await putRounds(agent, 30, 30);
    await nats.start();
    const stopHub = await ingest(nats.url, hub);
    await until('some are taken', async () => (await hub.rounds.list({ limit: 1 })).length > 0);
    await nats.kill(); // while a hub reads
    await putRounds(agent, 60, 10);
    await nats.start();
    await untilEqual(hub, [agent]);
    await stopHub();
  });
});

describe('an agent that is killed', () => {
  requires({ commands: ['nats-server'], built: true });

  test.each(['before-publish', 'after-publish'] as const)(
    '%s has lost nothing in its next life',
    async (die) => {
      const nats = await server();
      const file = join(tempDir(), 'agent.db');
      const hub = await newStore();
      await ingest(nats.url, hub);
      const first = await startNode({ role: 'agent', file, url: nats.url, die, dieAfter: 3 });
      await first.tell('outage open').catch(() => undefined);
      await first.tell('rounds 40').catch(() => undefined); // it dies over them
      await first.ended;
      const second = await startNode({ role: 'agent', file, url: nats.url, from: 50 });
      await second.tell('rounds 5');
      await second.tell('outage open');
      await second.tell('outage end');
      await untilEqual(hub, [await besides(file)]);
      expect((await hub.rounds.list({ limit: 100 })).length).toBeGreaterThan(5);
      await second.tell('stop');
    },
  );

  test('again and again, at any point, has lost nothing', async () => {
    const nats = await server();
    const file = join(tempDir(), 'agent.db');
    const hub = await newStore();
    await ingest(nats.url, hub);
    for (const life of [0, 1, 2]) {
      const agent = await startNode({ role: 'agent', file, url: nats.url, from: life * 100 });
      const busy = agent.tell('rounds 90').catch(() => undefined);
      await until('it has stored some', async () => {
        const seen = await hub.rounds.accounted(
          'LAB1>LAB2',
          Date.UTC(2026, 9, 1) + life * 100 * everyMs,
          9e15,
        );
        return seen.length > 3 * (life + 1);
      });
      await agent.kill();
      await busy;
    }
    const last = await startNode({ role: 'agent', file, url: nats.url, from: 500 });
    await last.tell('rounds 3');
    await untilEqual(hub, [await besides(file)]);
    await last.tell('stop');
  });
});

describe('a hub that is killed', () => {
  requires({ commands: ['nats-server'], built: true });

  test.each(['before-commit', 'after-commit'] as const)(
    'in the middle of a batch, %s, stores each row once in its next life',
    async (die) => {
      const nats = await server();
      const [agent, file] = [await newStore(), join(tempDir(), 'hub.db')];
      await putRounds(agent, 0, 40);
      await send(nats.url, agent, 'LAB1', { settings: { slotsAtOnce: 4 } });
      const first = await startNode({ role: 'hub', file, url: nats.url, die, dieAfter: 2 });
      await first.ended;
      const second = await startNode({ role: 'hub', file, url: nats.url });
      await putRounds(agent, 40, 5);
      // What the first had taken and not acknowledged comes again after its time.
      await untilEqual(await besides(file), [agent]);
      await second.tell('stop');
    },
  );
});

describe('messages that come twice, and out of order', () => {
  requires({ commands: ['nats-server'] });

  test('change nothing of the rows', async () => {
    const nats = await server();
    const [agent, hub] = [await newStore(), await newStore()];
    const js = jetstream(await connection(nats.url));
    const sent: { subject: string; bytes: Uint8Array }[] = [];
    const spy = await connection(nats.url);
    spy.subscribe('popsla.v1.rows.>', {
      callback: (_error, { subject, data }) => void sent.push({ subject, bytes: data.slice() }),
    });
    await spy.flush();
    const stopHub = await ingest(nats.url, hub);
    await send(nats.url, agent, 'LAB1', { settings: { slotsAtOnce: 3 } });
    const span = (to: number) => ({
      outages: [],
      states: [],
      blind: [],
      spans: [{ observer: 'LAB1', from: slot, to }],
    });
    for (let n = 0; n < 8; n += 1) {
      await putRounds(agent, n * 4, 4);
      await agent.watch.put(span(slot + n * everyMs));
      await until('it has gone', async () => (await agent.forward.depth()).watch === 0);
    }
    await untilEqual(hub, [agent]);
    await stopHub();
    const second = await newStore();
    await ingest(nats.url, second);
    for (const { subject, bytes } of [...sent].reverse()) {
      await js.publish(subject, bytes);
      await js.publish(subject, bytes);
    }
    await untilEqual(second, [agent]);
    expect(sent.length).toBeGreaterThan(8);
  });
});

describe('a full disk under an agent', () => {
  requires({ root: true, mount: true, commands: ['mount', 'umount', 'nats-server'] });

  test('stops neither what was stored from going out, nor what comes when there is room again', async () => {
    const nats = await server();
    const folder = join(tempDir(), 'disk');
    mkdirSync(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'pop-sla-test', folder]);
    onTestFinished(() => {
      execFileSync('umount', ['-l', folder]);
    });
    const [agent, hub] = [await newStore(join(folder, 'agent.db')), await newStore()];
    await ingest(nats.url, hub);
    await send(nats.url, agent, 'LAB1');
    await putRounds(agent, 0, 10);
    const ballast = join(folder, 'ballast');
    const { bavail, bsize } = statfsSync(folder);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize));
    let refused = 0;
    for (let n = 10; n < 60; n += 1) await putRounds(agent, n, 1).catch(() => (refused += 1));
    expect(refused).toBeGreaterThan(0);
    rmSync(ballast);
    await putRounds(agent, 60, 10);
    await untilEqual(hub, [agent]);
    expect((await hub.rounds.list({ limit: 100 })).length).toBeLessThan(70);
  });
});

describe('PostgreSQL under a hub', () => {
  const { missing } = requires({ commands: ['nats-server'], postgres: true });

  test.skipIf(missing !== null)(
    'killed and started again, has every row once',
    { timeout: 120_000 },
    async () => {
      const nats = await server();
      const postgres = await startPostgres();
      onTestFinished(() => postgres.stop());
      const hub = await openPostgresStore({ url: await postgres.newSchema() });
      onTestFinished(() => hub.close());
      const agent = await newStore();
      await putRounds(agent, 0, 20);
      const writable: boolean[] = [];
      await ingest(nats.url, hub, { events: { storeWritable: (ok) => writable.push(ok) } });
      await send(nats.url, agent, 'LAB1', { settings: { slotsAtOnce: 3 } });
      await until('some are stored', async () => (await hub.rounds.list({ limit: 1 })).length > 0);
      await postgres.kill();
      await putRounds(agent, 20, 20);
      await until('the hub notices', () => writable.includes(false));
      await postgres.start();
      await putRounds(agent, 40, 5);
      await untilEqual(hub, [agent]);
    },
  );
});
