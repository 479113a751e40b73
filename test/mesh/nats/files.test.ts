import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { nkeys, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { MeshConfig } from '../../../src/config/sections/mesh.js';
import { systemClock } from '../../../src/engine/clock.js';
import {
  ensureStreams,
  makeBuckets,
  openBuckets,
  popToken,
  rowsStream,
  rowsSubject,
} from '../../../src/mesh/streams.js';
import { connectMesh } from '../../../src/mesh/connect.js';
import { answerTime, askTime } from '../../../src/mesh/clock.js';
import { freePort } from '../../support/free-port.js';
import { siteOf, startFromFile, tlsFolder, type FileServer } from '../../support/nats-files.js';
import { requires } from '../../support/requires.js';
import { tempDir } from '../../support/temp-dir.js';
import { meshOf } from '../support.js';

const { beforeAll } = requires({ commands: ['nats-server'] });
const patience = 90_000;
const sin = nkeys.createUser();

/** Of the file; undone after each test, last first. */
const closing: (() => Promise<unknown>)[] = [];
const shared: (() => Promise<unknown>)[] = [];
const undo = async (list: (() => Promise<unknown>)[]): Promise<void> => {
  for (const close of list.splice(0).reverse()) await close();
};
afterEach(() => undo(closing));
afterAll(() => undo(shared));

type Login = 'hub' | 'HKG' | 'SIN' | 'nobody';

async function connect(as: Login, servers: readonly string[], tls = true): Promise<NatsConnection> {
  const folder = tempDir();
  const [passwordFile, seedFile] = [join(folder, 'password'), join(folder, 'seed')];
  writeFileSync(passwordFile, { hub: 'buh', HKG: 'gkh', SIN: '', nobody: '' }[as]);
  writeFileSync(seedFile, sin.getSeed());
  const login: MeshConfig['login'] =
    as === 'SIN' ? { kind: 'nkey', seedFile } : { kind: 'password', user: as, passwordFile };
  const mesh = meshOf(servers[0] ?? '', {
    servers,
    login: as === 'nobody' ? { kind: 'none' } : login,
    tls: tls ? { ca: `${tlsFolder}/cert.pem`, cert: null, key: null } : null,
  });
  const agent = as === 'nobody' ? 'HKG' : as;
  const connection = await connectMesh({ mesh, name: `test ${as}`, agent });
  closing.push(() => connection.close());
  return connection;
}

/** What an agent does all day, as its own PoP. */
async function agentDay(connection: NatsConnection, pop: string): Promise<void> {
  await jetstream(connection).publish(rowsSubject(pop, 'rounds'), 'a row');
  const { config, agents } = await openBuckets(connection);
  expect((await config.get('mesh'))?.string()).toBe('{}');
  await agents.put(popToken(pop), '{}');
  expect((await askTime(connection, systemClock)).revision).toBe(7);
}

/** What a hub does first. */
async function openHub(connection: NatsConnection, replicas: number): Promise<void> {
  await ensureStreams(await jetstreamManager(connection), { replicas, keepMs: 86_400_000 });
  const buckets = await makeBuckets(connection, replicas);
  await buckets.config.put('mesh', '{}');
  const stop = answerTime(connection, () => ({ at: Date.now(), revision: 7, streamMade: null }));
  closing.push(() => {
    stop();
    return Promise.resolve();
  });
  await connection.flush();
}

const messages = async (hub: NatsConnection): Promise<number> =>
  (await (await jetstreamManager(hub)).streams.info(rowsStream)).state.messages;

describe('hub.conf', () => {
  let server: FileServer;
  let url = '';
  let leafs = 0;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pop-sla-nats-store-'));
    const { values, passwords, ports } = await siteOf('hub-1', folder, sin.getPublicKey());
    const site = { 'site.conf': values, 'passwords.conf': passwords };
    server = await startFromFile('hub.conf', site, ports.clients);
    [url, leafs] = [server.url, ports.leafs];
    shared.push(async () => {
      await server.remove();
      rmSync(folder, { recursive: true, force: true });
    });
  }, patience);

  it.each(['HKG', 'SIN'] as const)('lets %s do what an agent does', async (pop) => {
    await openHub(await connect('hub', [url]), 1);
    await agentDay(await connect(pop, [url]), pop);
  });

  it.each([
    ['rows of another PoP', rowsSubject('SIN', 'rounds')],
    ['rows of a PoP whose name begins like its own', rowsSubject('HKG2', 'rounds')],
    ['the state of another agent', '$KV.popsla-agents.SIN'],
    ['the configuration', '$KV.popsla-config.mesh'],
    ['dead letters', 'popsla.v1.dead.HKG.rounds'],
    ['what makes streams', '$JS.API.STREAM.CREATE.MINE'],
    ['what deletes them', `$JS.API.STREAM.DELETE.${rowsStream}`],
  ])('refuses an agent that publishes %s', async (_what, subject) => {
    const hub = await connect('hub', [url]);
    await openHub(hub, 1);
    const before = await messages(hub);
    const agent = await connect('HKG', [url]);
    await expect(agent.request(subject, 'forged', { timeout: 10_000 })).rejects.toThrow(
      /permissions violation/i,
    );
    expect(await messages(hub)).toBe(before);
  });

  it('does not let an agent hear what is said to another', async () => {
    const agent = await connect('HKG', [url]);
    const heard = agent.subscribe('_INBOX.SIN.>');
    await expect(
      (async () => {
        for await (const message of heard) return message;
      })(),
    ).rejects.toThrow(/permissions violation/i);
  });

  it('lets nobody in without a name', async () => {
    await expect(connect('nobody', [url])).rejects.toThrow(/is not let in/);
  });

  it(
    'has a leaf node in a PoP, over which an agent works, is cut off, and comes back',
    async () => {
      const hub = await connect('hub', [url]);
      await openHub(hub, 1);
      const clients = await freePort();
      const leaf = await startFromFile(
        'leaf.conf',
        {
          'leaf-site.conf': {
            NAME: 'leaf-HKG',
            CLIENTS: `"127.0.0.1:${clients}"`,
            HUBS: `[ "tls://HKG:gkh@127.0.0.1:${leafs}" ]`,
            CA: `"${tlsFolder}/cert.pem"`,
          },
        },
        clients,
      );
      closing.push(() => leaf.remove());
      const agent = await connect('nobody', [leaf.url], false);
      await expect.poll(() => works(agentDay(agent, 'HKG')), { timeout: 20_000, interval: 200 }).toBe(true);
      // It is no way to be somebody else.
      const before = await messages(hub);
      await expect(
        jetstream(agent, { timeout: 3_000 }).publish(rowsSubject('SIN', 'rounds'), 'forged'),
      ).rejects.toThrow();
      expect(await messages(hub)).toBe(before);

      await server.kill();
      await expect(
        jetstream(agent, { timeout: 3_000 }).publish(rowsSubject('HKG', 'rounds'), 'lost'),
      ).rejects.toThrow();
      await server.start();
      await expect
        .poll(
          () => works(jetstream(agent, { timeout: 3_000 }).publish(rowsSubject('HKG', 'rounds'), 'back')),
          {
            timeout: patience,
            interval: 200,
          },
        )
        .toBe(true);
      await expect.poll(() => works(messages(hub)), { timeout: patience }).toBe(true);
      expect(await messages(hub)).toBeGreaterThan(before);
    },
    2 * patience,
  );
});

describe('cluster.conf', () => {
  it(
    'loses nothing with one of its three servers',
    async () => {
      const routes = [await freePort(), await freePort(), await freePort()];
      const nodes: FileServer[] = [];
      for (const [n, route] of routes.entries()) {
        const { values, passwords, ports } = await siteOf(
          `hub-${n + 1}`,
          join(tempDir(), 'store'),
          sin.getPublicKey(),
        );
        const others = routes.map((port) => `"nats-route://127.0.0.1:${port}"`).join(', ');
        const node = await startFromFile(
          'cluster.conf',
          {
            'site.conf': values,
            'passwords.conf': passwords,
            'cluster-site.conf': {
              ROUTE: `"127.0.0.1:${route}"`,
              ROUTES: `[ ${others} ]`,
              CA: `"${tlsFolder}/cert.pem"`,
            },
          },
          ports.clients,
        );
        closing.push(() => node.remove());
        nodes.push(node);
      }
      const urls = nodes.map((node) => node.url);
      const hub = await connect('hub', urls);
      // A cluster needs a moment to choose who leads.
      await expect.poll(() => works(ensureStreams3(hub)), { timeout: patience, interval: 500 }).toBe(true);
      const agent = await connect('HKG', urls);
      const publish = (n: number) =>
        jetstream(agent, { timeout: 5_000 }).publish(rowsSubject('HKG', 'rounds'), String(n), {
          msgID: `m${n}`,
        });
      const sent = 20;
      for (let n = 0; n < sent; n += 1)
        await expect.poll(() => works(publish(n)), { timeout: patience, interval: 200 }).toBe(true);
      const leader = (await (await jetstreamManager(hub)).streams.info(rowsStream)).cluster?.leader;
      const lost = nodes[Number(leader?.slice(-1)) - 1];
      await lost?.kill();
      for (let n = sent; n < 2 * sent; n += 1) {
        // What was not acknowledged is sent again, by its own name: an agent does no other.
        await expect.poll(() => works(publish(n)), { timeout: patience, interval: 200 }).toBe(true);
      }
      await expect
        .poll(() => messages(hub).catch(() => -1), { timeout: patience, interval: 200 })
        .toBe(2 * sent);
    },
    3 * patience,
  );
});

async function ensureStreams3(hub: NatsConnection): Promise<void> {
  await ensureStreams(await jetstreamManager(hub), { replicas: 3, keepMs: 86_400_000 });
}

const works = (deed: Promise<unknown>): Promise<boolean> =>
  deed.then(
    () => true,
    () => false,
  );
