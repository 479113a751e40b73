import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createResolver } from '../../src/app/readiness.js';
import type { MeshSections } from '../../src/config/hub.js';
import type { PathId } from '../../src/core/types.js';
import { createFollower } from '../../src/mesh/config.js';
import { keepAgent } from '../../src/mesh/agent.js';
import { keepHub, type HubLook } from '../../src/mesh/hub.js';
import { rowsStreamMade } from '../../src/mesh/streams.js';
import { systemClock } from '../../src/engine/clock.js';
import type { Store } from '../../src/store/store.js';
import { withLab } from '../lab/lab.js';
import { measure, total } from '../lab/measured.js';
import { createNetwork } from '../lab/network.js';
import { connection, ingest, newStore, send, until, untilEqual } from '../mesh/link.js';
import { meshOf } from '../mesh/support.js';
import { keptLog } from '../support/log.js';
import { startNats } from '../support/nats.js';
import { requires } from '../support/requires.js';
import { round } from '../support/rounds.js';
import { startRunning } from '../support/running.js';
import { tempDir } from '../support/temp-dir.js';

describe('a NAT on the way', () => {
  requires({ namespaces: true, commands: ['nft'], built: true, netPing: true });

  test.each([
    ['kernel', '1 0'],
    ['kernel', '0 2147483647'],
    ['net-ping', '1 0'],
  ])(
    'nat-path-changed: a port that stays unanswered gets a fresh identifier (driver %s, ping groups %s)',
    { timeout: 90_000 },
    async (driver, pingGroups) => {
      const lost = await withLab(async (lab) => {
        const net = createNetwork(lab, { hops: 1, targets: 1 });
        const [nat] = net.routers;
        if (!nat) throw new Error('no router');
        net.observer.sysctl('ipv4/ping_group_range', pingGroups);
        lab.join(
          { namespace: nat, addresses: ['10.8.50.1/24'] },
          { namespace: net.far, addresses: ['10.8.50.2/24'] },
          'alt0',
        );
        nat.must(
          ['nft', '-f', '-'],
          `table ip nat {
             chain post {
               type nat hook postrouting priority 100;
               oifname "hop1" snat to 10.8.1.1
               oifname "alt0" snat to 10.8.50.1
             }
           }`,
        );
        const measuring = measure(
          net.observer,
          { A: net.targets[0] ?? '' },
          {
            driver,
            measurement: { every: '60s', packets: 200, packetInterval: '100ms', lostAfter: '1s' },
          },
        );
        await net.sent(60);
        // The other way: what was translated before keeps its old address, to which nothing comes back any more.
        nat.must(['ip', 'route', 'replace', '10.8.200.0/24', 'via', '10.8.50.2']);
        net.far.must(['ip', 'addr', 'del', '10.8.1.2/24', 'dev', 'hop1']);
        const { A } = await measuring;
        return total(A);
      });
      expect(lost.sent).toBe(600);
      // Some five seconds of twenty; without a fresh identifier all of the fifteen that were left.
      expect(lost.lost).toBeGreaterThan(100);
      expect(lost.lost).toBeLessThan(300);
    },
  );
});

describe('a resolver that does not answer', () => {
  const signal = new AbortController().signal;

  test('resolver-mute: has one question a name before it, and its late answer is used', async () => {
    const asked: string[] = [];
    const answers: ((address: string) => void)[] = [];
    const ask = (host: string): Promise<string> => {
      asked.push(host);
      return new Promise((resolve) => answers.push(resolve));
    };
    const resolve = createResolver({ ask, patienceMs: 20 });
    for (let tries = 0; tries < 50; tries += 1)
      await expect(resolve('sin.example', signal)).rejects.toThrow('no answer within 0.02 s');
    expect(asked).toEqual(['sin.example']);
    answers[0]?.('192.0.2.1');
    await sleep(1);
    // It came to nobody. The next question stays without an answer too, and the late one is used.
    expect(await resolve('sin.example', signal)).toBe('192.0.2.1');
    expect(asked).toHaveLength(2);
    answers[1]?.('192.0.2.2');
    await sleep(1);
    expect(resolve.staleSince?.('sin.example')).toBeNull();
  });

  test('resolver-last-good: the last good address stays in use, and is marked with its age', async () => {
    let [now, isMute] = [1_000, false];
    const ask = (): Promise<string> => (isMute ? new Promise(() => undefined) : Promise.resolve('192.0.2.7'));
    const resolve = createResolver({ ask, now: () => now, patienceMs: 20 });
    expect(await resolve('sin.example', signal)).toBe('192.0.2.7');
    [now, isMute] = [9_000, true];
    expect(await resolve('sin.example', signal)).toBe('192.0.2.7');
    expect(resolve.staleSince?.('sin.example')).toBe(1_000);
    await expect(resolve('other.example', signal)).rejects.toThrow('no answer');
  });

  test('resolver-at-once: hundreds of names wait for a few questions, and not all threads for them', async () => {
    let [open, most] = [0, 0];
    const ask = async (host: string): Promise<string> => {
      open += 1;
      most = Math.max(most, open);
      await sleep(1);
      open -= 1;
      return `192.0.2.${host.length}`;
    };
    const resolve = createResolver({ ask });
    const names = Array.from({ length: 200 }, (_, index) => `pop${index}.example`);
    await Promise.all(names.map((name) => resolve(name, signal)));
    expect(most).toBe(2);
  });

  test('resolver-place: the place of a question that ended is of the next that waits, and not of one that comes then', async () => {
    const asked: string[] = [];
    const answers: ((address: string) => void)[] = [];
    const ask = (host: string): Promise<string> => {
      asked.push(host);
      return new Promise((resolve) => answers.push(resolve));
    };
    const resolve = createResolver({ ask });
    const asking = ['a', 'b', 'c'].map((host) => resolve(host, signal));
    await sleep(1);
    expect(asked).toEqual(['a', 'b']);
    answers[0]?.('192.0.2.1');
    queueMicrotask(() => asking.push(resolve('d', signal)));
    await sleep(1);
    expect(asked).toEqual(['a', 'b', 'c']);
    for (let n = 1; n < 4; n += 1) {
      answers[n]?.('192.0.2.1');
      await sleep(1);
    }
    expect(await Promise.all(asking)).toHaveLength(4);
  });
});

describe('a resolver in a namespace', () => {
  requires({ namespaces: true, mount: true, built: true });

  test(
    'resolver-really-mute: takes questions and answers none: rounds of addresses go on, and its name is measured when it answers',
    { timeout: 120_000 },
    async () => {
      await withLab(async (lab) => {
        const namespace = lab.namespace('dns');
        const folder = tempDir();
        const resolvConf = join(folder, 'resolv.conf');
        writeFileSync(resolvConf, 'nameserver 127.0.0.53\noptions timeout:2 attempts:1\n');
        writeFileSync(join(folder, 'hosts'), '127.0.0.1 localhost\n');
        const mounted = ['unshare', '-m', 'sh', '-c'];
        const mounts = `mount --bind ${resolvConf} /etc/resolv.conf && mount --bind ${folder}/hosts /etc/hosts && exec "$@"`;
        const server = join(folder, 'dns.mjs');
        writeFileSync(server, dnsServer);
        const switchFile = join(folder, 'answers');
        const dns = spawn(namespace.prefix[0] ?? '', [
          ...namespace.prefix.slice(1),
          process.execPath,
          server,
          switchFile,
        ]);
        lab.defer(() => void dns.kill('SIGKILL'));
        let asked = 0;
        dns.stdout.on('data', (text: Buffer) => (asked += text.toString().split('\n').length - 1));
        const running = startRunning({
          folder,
          prefix: [...namespace.prefix, ...mounted, mounts, 'sh'],
          ask: (url) => namespace.get(url),
          changes: {
            driver: 'kernel',
            pops: [
              { id: 'HKG', ipv4: '127.0.0.1' },
              { id: 'SIN', host: 'sin.pop.example' },
              { id: 'FRA', ipv4: '127.0.0.13' },
            ],
            watch: { ports: [] },
            http: { listen: '127.0.0.1:9720' },
          },
        });
        const since = Date.now();
        await running.round(
          'a round by address',
          ({ path, status }) => path === 'HKG>FRA' && status === 'ok',
        );
        await running.round(
          'a round by name that says why',
          ({ path, reason }) =>
            path === 'HKG>SIN' && reason?.includes('sin.pop.example does not resolve') === true,
        );
        await sleep(8_000);
        // One question at a time, each of which the C library gives two seconds.
        expect(asked).toBeGreaterThan(0);
        expect(asked).toBeLessThan(4 * ((Date.now() - since) / 1_000));
        writeFileSync(switchFile, '');
        await running.round('a round by name', ({ path, status }) => path === 'HKG>SIN' && status === 'ok');
        await running.daemon.stop();
      });
    },
  );
});

/** A name server that takes every question, and answers with 127.0.0.12 once its switch is there. */
const dnsServer = `
import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
const socket = createSocket('udp4');
socket.on('message', (question, from) => {
  console.log('asked');
  if (!existsSync(process.argv[2])) return;
  const end = question.indexOf(0, 12) + 5;
  const isA = question.readUInt16BE(end - 4) === 1;
  const head = Buffer.from(question.subarray(0, 12));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(isA ? 1 : 0, 6);
  head.writeUInt16BE(0, 8);
  head.writeUInt16BE(0, 10);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 12]);
  socket.send(Buffer.concat([head, question.subarray(12, end), ...(isA ? [record] : [])]), from.port, from.address);
});
socket.bind(53, '127.0.0.53');
`;

describe('JetStream that lost its store', () => {
  requires({ commands: ['nats-server'] });

  test(
    'jetstream-store-lost: streams, buckets and the configuration are there again, and no row is missing',
    {
      timeout: 120_000,
    },
    async () => {
      const nats = await startNats();
      onTestFinished(() => nats.stop());
      const mesh = { ...meshOf(nats.url), heartbeatMs: 200, keepMs: 86_400_000 };
      const ended = new AbortController();
      const looks: HubLook[] = [];
      const sections = {} as MeshSections;
      const hubRuns = keepHub(
        {
          connection: await connection(nats.url),
          hub: 'HUB',
          mesh,
          clock: systemClock,
          log: keptLog().log,
          expected: () => [],
          zoneData: null,
          sections: () => sections,
          onLook: (look) => looks.push(look),
        },
        ended.signal,
      );
      const follower = createFollower(
        {
          cachedConfigFile: join(tempDir(), 'kept.json'),
          validate: () => Promise.resolve({ ok: true, config: { paths: [] } } as never),
          apply: () => undefined,
          log: keptLog().log,
        },
        null,
      );
      const agentRuns = keepAgent(
        {
          connection: await connection(nats.url),
          agent: 'LAB1',
          mesh,
          clock: systemClock,
          log: keptLog().log,
          version: '1',
          startedAt: 0,
          follower,
          paths: () => 0,
          backlog: () => Promise.resolve(null),
          onClock: () => undefined,
        },
        ended.signal,
      );
      onTestFinished(async () => {
        ended.abort();
        await Promise.all([hubRuns, agentRuns]);
      });
      const [agent, hub] = [await newStore(), await newStore()];
      const stopHub = await ingest(nats.url, hub);
      const now = Math.floor(Date.now() / 1_800_000) * 1_800_000;
      const put = async (from: number, count: number): Promise<void> => {
        for (let n = from; n < from + count; n += 1)
          await agent.rounds.put(round({ slot: now - (100 - n) * 1_800_000 }));
      };
      await put(0, 10);
      await send(nats.url, agent, 'LAB1', { settings: { slotsAtOnce: 2 } });
      await untilEqual(hub, [agent]);
      await until('the configuration is in force', () => follower.standing().inForce !== null);
      await stopHub();
      // Acknowledged by JetStream, and taken by no hub: then its store is gone.
      await put(10, 10);
      await until('all acknowledged', async () => (await agent.forward.depth()).slots === 0);
      await nats.kill();
      rmSync(join(nats.folder, 'store'), { recursive: true, force: true });
      await nats.start();
      await ingest(nats.url, hub);
      await put(20, 5);
      await untilEqual(hub, [agent]);
      const before = looks.length;
      await until('the hub offers its configuration again, and sees its agent', () => {
        const look = looks.slice(before).at(-1);
        return look?.published != null && look.agents.some(({ agent: pop }) => pop === 'LAB1');
      });
      await until(
        'the agent is on the new revision',
        () => follower.standing().inForce?.revision === looks.at(-1)?.published?.revision,
      );
    },
  );

  test(
    'jetstream-lost-between-lives: an agent that starts anew notices that the stream was lost meanwhile',
    { timeout: 120_000 },
    async () => {
      const nats = await startNats();
      onTestFinished(() => nats.stop());
      const [agent, hub] = [await newStore(), await newStore()];
      const now = Math.floor(Date.now() / 1_800_000) * 1_800_000;
      const put = async (from: number, count: number): Promise<void> => {
        for (let n = from; n < from + count; n += 1)
          await agent.rounds.put(round({ slot: now - (100 - n) * 1_800_000 }));
      };
      // The stream is a hub's to make; it takes nothing of what follows.
      const stopHub = await ingest(nats.url, hub);
      await put(0, 2);
      const stopAgent = await send(nats.url, agent, 'LAB1', { settings: { slotsAtOnce: 2 } });
      await untilEqual(hub, [agent]);
      await stopHub();
      await put(2, 10);
      await until('all acknowledged', async () => (await agent.forward.depth()).slots === 0);
      await stopAgent();
      await nats.kill();
      rmSync(join(nats.folder, 'store'), { recursive: true, force: true });
      await nats.start();
      await ingest(nats.url, hub);
      await send(nats.url, agent, 'LAB1', { settings: { slotsAtOnce: 2 } });
      await put(12, 1);
      await untilEqual(hub, [agent]);
    },
  );

  test(
    'jetstream-refilled: a stream that was made anew and has more messages than before is told from the one before',
    { timeout: 120_000 },
    async () => {
      const nats = await startNats();
      onTestFinished(() => nats.stop());
      const [agent, other, hub] = [await newStore(), await newStore(), await newStore()];
      const now = Math.floor(Date.now() / 1_800_000) * 1_800_000;
      const put = async (store: Store, path: PathId, from: number, count: number): Promise<void> => {
        for (let n = from; n < from + count; n += 1)
          await store.rounds.put(round({ path, slot: now - (100 - n) * 1_800_000 }));
      };
      const asked = await connection(nats.url);
      /** As a hub says it. */
      const made = async (): Promise<() => string | null> => {
        const stream = await rowsStreamMade(await jetstreamManager(asked));
        return () => stream;
      };
      const stopHub = await ingest(nats.url, hub);
      await put(agent, 'LAB1>LAB2', 0, 2);
      await until('the stream is made', async () => (await made())() !== null);
      const stopAgent = await send(nats.url, agent, 'LAB1', { streamMade: await made() });
      await untilEqual(hub, [agent]);
      await stopHub();
      await put(agent, 'LAB1>LAB2', 2, 10);
      await until('all acknowledged', async () => (await agent.forward.depth()).slots === 0);
      await stopAgent();
      const before = await agent.forward.acknowledged();
      expect(before.streamMade).not.toBeNull();
      await nats.kill();
      rmSync(join(nats.folder, 'store'), { recursive: true, force: true });
      await nats.start();
      // Another agent fills the new stream past the number that the first one remembers.
      await ingest(nats.url, hub);
      await send(nats.url, other, 'LAB2', { settings: { slotsAtOnce: 1 } });
      await put(other, 'LAB2>LAB1', 0, before.sequence + 5);
      await until('the other is done', async () => (await other.forward.depth()).slots === 0);
      await send(nats.url, agent, 'LAB1', { streamMade: await made() });
      await put(agent, 'LAB1>LAB2', 12, 1);
      await untilEqual(hub, [agent, other]);
      expect((await agent.forward.acknowledged()).sequence).toBeGreaterThan(before.sequence);
    },
  );
});
