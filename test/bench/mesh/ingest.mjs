// What rows cost on their way from agents' outboxes through JetStream into a hub's store, against a real nats-server on
// loopback. A row is one (path, slot, size). Figures are printed; nothing is judged here.
//   npm run build && node test/bench/mesh/ingest.mjs [rounds = 40000] [postgres://…]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { summarise } from '../../../dist/src/core/measurement/figures.js';
import { systemClock } from '../../../dist/src/engine/clock.js';
import { keepIngesting } from '../../../dist/src/mesh/ingest.js';
import { keepSending } from '../../../dist/src/mesh/outbox.js';
import { ensureStreams, rowsStream, rowsSubject } from '../../../dist/src/mesh/streams.js';
import { decodeRows } from '../../../dist/src/mesh/wire/decode.js';
import { encodeRows } from '../../../dist/src/mesh/wire/encode.js';
import { encodePackets } from '../../../dist/src/store/packets/codec.js';
import { openPostgresStore } from '../../../dist/src/store/postgres/open.js';
import { noRows } from '../../../dist/src/store/row-store.js';
import { openSqliteStore } from '../../../dist/src/store/sqlite/open.js';

const rounds = Number(process.argv[2] ?? 40_000);
const postgres = process.argv[3];
const everyMs = 1_800_000;
const agents = 200;
const perMessage = 256;
const folder = mkdtempSync(join(tmpdir(), 'pop-sla-bench-'));
const quiet = { debug: () => undefined, info: () => undefined, warn: console.warn, error: console.error };
const streams = { replicas: 1, keepMs: 86_400_000 };

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
async function startNats() {
  const port = await freePort();
  writeFileSync(join(folder, 'nats.conf'), 'jetstream {}\n');
  const args = [
    '-c',
    join(folder, 'nats.conf'),
    '-a',
    '127.0.0.1',
    '-p',
    String(port),
    '-sd',
    join(folder, 'nats'),
  ];
  const server = spawn('nats-server', args, { stdio: 'ignore' });
  for (;;) {
    try {
      const connection = await connect({ servers: `127.0.0.1:${port}` });
      return { connection, server };
    } catch {
      await systemClock.sleep(50);
    }
  }
}

const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
const sizesOf = () =>
  [64, 128, 512].map((bytes) => ({
    ...{ bytes, duplicates: 0, mismatched: 0 },
    packets: Array.from({ length: 100 }, () =>
      Math.random() < 0.003
        ? { kind: 'lost' }
        : { kind: 'received', rttUs: Math.max(0, Math.round(35_000 + 500 * normal())) },
    ),
  }));
// Some hundred measurements, used again and again: what is measured here is their way, not their making.
const samples = Array.from({ length: 500 }, sizesOf).map((sizes) => ({
  sizes,
  packed: Buffer.from(encodePackets(sizes)),
}));
const pop = (n) => `P${String(n).padStart(3, '0')}`;
function storedRound(agent, destination, slot, n) {
  const { sizes, packed } = samples[n % samples.length];
  const summary = summarise({
    ...{
      path: `${pop(agent)}>${pop(destination)}`,
      slot,
      startedAt: slot + 500 + (n % 900),
      endedAt: slot + 102_500,
    },
    ...{ status: 'ok', reason: null, address: `192.0.2.${destination}`, lostAfterMs: 2_000, sizes },
    provenance: {
      ...{
        driver: 'net-ping',
        stamps: 'kernel-tx-rx',
        fallbackStamps: 0,
        socketDrops: 0,
        sendLagUs: 120 + (n % 50),
      },
      calibration: { p50Us: 21.5, p99Us: 78.25 },
    },
  });
  return { ...summary, packed };
}
/** The backlog of `agents` agents, slot by slot, as messages of one agent each. */
function* messages() {
  let made = 0;
  for (let slot = Date.UTC(2026, 9, 1); made < rounds; slot += everyMs) {
    for (let agent = 0; agent < agents && made < rounds; agent += 1) {
      const slots = [];
      for (
        let other = 0;
        other < agents && slots.length < perMessage && made + slots.length < rounds;
        other += 1
      )
        if (other !== agent) slots.push(storedRound(agent, other, slot, made + slots.length));
      made += slots.length;
      yield { pop: pop(agent), rows: { ...noRows, slots } };
    }
  }
}
const cpuMs = (since) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};
async function timed(work) {
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  await work();
  return { ms: performance.now() - start, cpu: cpuMs(cpu) };
}
const line = (what, { ms, cpu }, rows) =>
  console.log(
    `${what.padEnd(44)} ${Math.round((rows / ms) * 1000).toLocaleString('en')} rows/s  ${((ms * 1000) / rows).toFixed(1)} µs a row (CPU ${((cpu * 1000) / rows).toFixed(1)})`,
  );

const { connection, server } = await startNats();
try {
  const manager = await jetstreamManager(connection);
  const js = jetstream(connection);
  const all = [...messages()];
  const rows = rounds * 3;
  const encoded = [];
  line(
    'encoding',
    await timed(() => {
      for (const one of all) encoded.push({ pop: one.pop, bytes: encodeRows(one.pop, one.rows) });
    }),
    rows,
  );
  const bytes = encoded.reduce((sum, one) => sum + one.bytes.length, 0);
  console.log(
    `on the wire ${(bytes / rows).toFixed(1)} bytes a row, ${(bytes / encoded.length / 1024).toFixed(0)} KiB a message`,
  );
  line(
    'decoding and checking',
    await timed(() => {
      for (const one of encoded) decodeRows(one.bytes, one.pop);
    }),
    rows,
  );

  const drain = async (name, store) => {
    for (const stream of [rowsStream, 'POPSLA_DEAD'])
      await manager.streams.delete(stream).catch(() => undefined);
    await ensureStreams(manager, streams);
    line(
      `${name}: publishing, one agent after another`,
      await timed(async () => {
        for (const one of encoded) await js.publish(rowsSubject(one.pop, 'backlog'), one.bytes);
      }),
      rows,
    );
    let taken = 0;
    let worst = 0;
    let last = performance.now();
    const beat = setInterval(() => {
      worst = Math.max(worst, performance.now() - last - 5);
      last = performance.now();
    }, 5);
    const ending = new AbortController();
    const result = await timed(async () => {
      const done = new Promise((resolve) => {
        const ingested = (_news, count) => {
          taken += count;
          if (taken >= rows) resolve();
        };
        void keepIngesting(
          { connection, store, streams, clock: systemClock, log: quiet, events: { ingested } },
          ending.signal,
        );
      });
      await done;
    });
    clearInterval(beat);
    ending.abort();
    line(`${name}: JetStream to the store`, result, rows);
    const perSecond = rows / (result.ms / 1000);
    console.log(
      `  24 h of a 200-PoP mesh (5.7 M rows) in ${(5_731_200 / perSecond / 60).toFixed(1)} min; event loop held ${worst.toFixed(0)} ms at worst; RSS ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB`,
    );
  };

  const sqlite = await openSqliteStore({ path: join(folder, 'hub.db') });
  await drain('SQLite', sqlite);
  await sqlite.close();
  console.log(`  ${(statSync(join(folder, 'hub.db')).size / rows).toFixed(0)} bytes a row in the file`);
  if (postgres) {
    const store = await openPostgresStore({ url: postgres });
    await drain('PostgreSQL', store);
    await store.close();
  }

  // One agent's own work: 31 days off would be 296,112 rounds of 199 paths.
  const own = await openSqliteStore({ path: join(folder, 'agent.db') });
  await own.forward.start(pop(0));
  const backlog = Math.min(rounds, 20_000);
  for (let made = 0; made < backlog; made += 1_000) {
    const slots = Array.from({ length: 1_000 }, (_, n) =>
      storedRound(
        0,
        1 + ((made + n) % 199),
        Date.UTC(2026, 9, 1) + Math.floor((made + n) / 199) * everyMs,
        made + n,
      ),
    );
    await own.rows.merge({ ...noRows, slots });
  }
  const ending = new AbortController();
  line(
    'an agent: outbox to JetStream',
    await timed(async () => {
      await new Promise((resolve) => {
        let sent = 0;
        const events = {
          sent: (_family, count) => {
            sent += count;
            if (sent >= backlog) resolve();
          },
        };
        const settings = { backlogPerSecond: 1e9 };
        void keepSending(
          { connection, forward: own.forward, pop: pop(0), clock: systemClock, log: quiet, events, settings },
          ending.signal,
        );
      });
    }),
    backlog * 3,
  );
  ending.abort();
  await systemClock.sleep(500);
  await own.close();
} finally {
  await connection.close();
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}
