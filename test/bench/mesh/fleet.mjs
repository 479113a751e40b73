// A fleet: 200 agents, each with a connection, a database and an outbox of its own, in a few processes; an hour of slots
// at accelerated time (simulated packets); one nats-server, one hub into SQLite. Prints what came, and what it took;
// ends with an error when something is missing or there twice.
//   npm run build && node test/bench/mesh/fleet.mjs [agents = 200] [slots = 2] [processes = 4]
import { fork, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDriver } from '../../../dist/probes/kinds.js';
import { createRoundRunner } from '../../../dist/src/engine/round-runner.js';
import { systemClock } from '../../../dist/src/engine/clock.js';
import { keepAgent } from '../../../dist/src/mesh/agent.js';
import { createFollower } from '../../../dist/src/mesh/config.js';
import { connectMesh } from '../../../dist/src/mesh/connect.js';
import { keepHub } from '../../../dist/src/mesh/hub.js';
import { keepIngesting } from '../../../dist/src/mesh/ingest.js';
import { keepSending } from '../../../dist/src/mesh/outbox.js';
import { parseWithHub } from '../../../dist/src/config/hub.js';
import { openSqliteStore } from '../../../dist/src/store/sqlite/open.js';

const [role = 'parent', ...rest] =
  process.argv[2] === 'hub' || process.argv[2] === 'agents'
    ? process.argv.slice(2)
    : ['parent', ...process.argv.slice(2)];
const everyMs = 1_800_000;
const first = Date.UTC(2026, 9, 1);
const pop = (n) => `P${String(n).padStart(3, '0')}`;
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };
const meshOf = (port) => ({
  ...{ servers: [`nats://127.0.0.1:${port}`], login: { kind: 'none' }, tls: null, replicas: 1 },
  ...{ keepMs: 31 * 86_400_000, heartbeatMs: 10_000, clockLimitMs: 1_000 },
});
const popsOf = (agents) =>
  Array.from({ length: agents }, (_, n) => ({ id: pop(n), ipv4: `10.0.${n >> 8}.${n & 255 || 255}` }));

/** CPU seconds and the most a process held, MiB. */
function usage(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  return { cpu: (Number(fields[11]) + Number(fields[12])) / 100, mib: peak / 1024 };
}

if (role === 'hub') {
  const [port, agents, folder] = rest;
  const connection = await connectMesh({ mesh: meshOf(port), name: 'hub', agent: 'hub' });
  const store = await openSqliteStore({ path: join(folder, 'hub.db') });
  const ended = new AbortController();
  const sections = { pops: popsOf(Number(agents)) };
  let inOrder = 0;
  const shared = { connection, clock: systemClock, log: quiet };
  const names = sections.pops.map(({ id }) => id);
  void keepHub(
    {
      ...{
        ...shared,
        mesh: meshOf(port),
        hub: 'hub',
        zoneData: null,
        expected: () => names,
        sections: () => sections,
      },
      onLook: (look) => {
        inOrder = look.agents.filter(({ state }) => state === 'in-order').length;
      },
    },
    ended.signal,
  );
  let taken = 0;
  const events = { ingested: (_news, count) => (taken += count) };
  const streams = { replicas: 1, keepMs: 86_400_000 };
  void keepIngesting({ ...shared, store, streams, events }, ended.signal);
  process.send('ready');
  process.on('message', async (slots) => {
    if (slots === 'how') return process.send({ taken, inOrder });
    let held = 0;
    for (const source of names)
      for (const destination of names)
        if (source !== destination)
          held += (await store.rounds.accounted(`${source}>${destination}`, first, first + slots * everyMs))
            .length;
    process.send({ held });
  });
} else if (role === 'agents') {
  const [port, agents, folder, from, to, slots] = rest;
  const names = popsOf(Number(agents));
  const [low, high] = [Number(from), Number(to)];
  // Time passes as fast as it is asked for; each agent's own clock stays the machine's.
  let at = first;
  let passed = 0;
  const fast = {
    now: () => at + Math.round(passed),
    monotonicMs: () => passed,
    sinceBootMs: () => passed,
    sleep: async (ms) => {
      passed += Math.max(0, ms);
    },
  };
  // A round runner's clock: its patience with the driver never ends before the round.
  const patient = { ...fast, sleep: () => new Promise(() => undefined) };
  const own = [];
  for (let n = low; n < high; n += 1) {
    const connection = await connectMesh({ mesh: meshOf(port), name: `agent ${pop(n)}`, agent: pop(n) });
    mkdirSync(join(folder, pop(n)));
    const store = await openSqliteStore({ path: join(folder, pop(n), 'agent.db') });
    await store.forward.start(pop(n));
    const text = `role: agent\nagent: ${pop(n)}\nmesh: { servers: ['nats://127.0.0.1:${port}'] }\n`;
    let config = null;
    const follower = createFollower(
      {
        ...{ cachedConfigFile: join(folder, pop(n), 'mesh-config.json'), log: quiet },
        validate: (hub) => Promise.resolve(parseWithHub(text, 'agent.yaml', folder, hub)),
        apply: (next) => (config = next),
      },
      null,
    );
    const ended = new AbortController();
    const shared = { connection, clock: systemClock, log: quiet };
    void keepAgent(
      {
        ...{
          ...shared,
          agent: pop(n),
          mesh: meshOf(port),
          version: '0.1.0',
          startedAt: Date.now(),
          follower,
        },
        ...{
          paths: () => config?.paths.length ?? 0,
          backlog: () => Promise.resolve(null),
          onClock: () => undefined,
        },
      },
      ended.signal,
    );
    void keepSending({ ...shared, forward: store.forward, pop: pop(n) }, ended.signal);
    own.push({ store, config: () => config });
  }
  while (own.some(({ config }) => config() === null)) await systemClock.sleep(100);
  process.send('ready');
  process.once('message', async () => {
    let stored = 0;
    const script = {
      seed: low + 1,
      rules: [{ address: null, from: null, to: null, delayUs: 35_000, jitterUs: 500, loss: 0.003 }],
    };
    const driver = await openDriver('simulated', { log: quiet, simulated: script, clock: fast });
    for (let slot = 0; slot < Number(slots); slot += 1) {
      [at, passed] = [first + slot * everyMs, 0];
      for (const { store, config } of own) {
        const { paths, measurement } = config();
        const runRound = createRoundRunner({
          clock: patient,
          driver,
          resolve: () => Promise.reject(new Error('no names')),
          calibration: () => null,
        });
        const puts = [];
        for (const path of paths) {
          const destination = { ...names.find(({ id }) => id === path.destination), ipv6: null, host: null };
          const signal = new AbortController().signal;
          passed = 0;
          const round = await runRound({ path, destination, measurement, slot: at, scheduled: true, signal });
          puts.push(store.rounds.put(round));
        }
        for (const put of puts) if ((await put) === 'stored') stored += 1;
      }
    }
    process.send({ stored });
  });
} else {
  const [agents, slots, processes] = [rest[0] ?? 200, rest[1] ?? 2, rest[2] ?? 4].map(Number);
  const folder = mkdtempSync(join(tmpdir(), 'pop-sla-fleet-'));
  const port = await new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address();
      server.close(() => resolve(free));
    });
  });
  writeFileSync(join(folder, 'nats.conf'), 'jetstream {}\n');
  const nats = spawn(
    'nats-server',
    ['-c', join(folder, 'nats.conf'), '-a', '127.0.0.1', '-p', String(port), '-sd', join(folder, 'nats')],
    { stdio: 'ignore' },
  );
  await systemClock.sleep(1_000);
  const self = fileURLToPath(import.meta.url);
  const said = (child) => new Promise((resolve) => child.once('message', resolve));
  const ask = (child, what) => {
    const answer = said(child);
    child.send(what);
    return answer;
  };
  const children = [];
  try {
    const hub = fork(self, ['hub', port, agents, folder]);
    children.push(hub);
    await said(hub);
    const each = Math.ceil(agents / processes);
    const fleet = Array.from({ length: processes }, (_, n) =>
      fork(self, ['agents', port, agents, folder, n * each, Math.min(agents, (n + 1) * each), slots]),
    );
    children.push(...fleet);
    await Promise.all(fleet.map(said));
    const expected = agents * (agents - 1) * slots;
    console.log(
      `${agents} agents connected, each with the mesh of its hub; ${expected} rounds of ${slots} slots to come`,
    );
    const start = performance.now();
    const before = { hub: usage(hub.pid), nats: usage(nats.pid) };
    const stored = Promise.all(fleet.map((child) => ask(child, 'go')));
    let rounds = 0;
    void stored.then((all) => (rounds = all.reduce((sum, one) => sum + one.stored, 0)));
    const patience = performance.now() + 1_200_000;
    let how = { taken: 0, inOrder: 0 };
    while ((rounds === 0 || how.taken < 3 * expected) && performance.now() < patience) {
      await systemClock.sleep(1_000);
      how = await ask(hub, 'how');
    }
    const seconds = (performance.now() - start) / 1_000;
    const { held } = await ask(hub, slots);
    const after = { hub: usage(hub.pid), nats: usage(nats.pid) };
    const cpu = (name) => after[name].cpu - before[name].cpu;
    const shown = (name) =>
      `${name}: CPU ${cpu(name).toFixed(1)} s, ${((cpu(name) / (3 * expected)) * 1e6).toFixed(0)} µs a row; at most ${after[name].mib.toFixed(0)} MiB`;
    console.log(
      `stored by the agents ${rounds} rounds, held by the hub ${held}, of ${expected}, in ${seconds.toFixed(0)} s`,
    );
    console.log(`agents in order at the end: ${how.inOrder} of ${agents}`);
    console.log(`${shown('hub')}\n${shown('nats')}`);
    const fleetUsage = fleet.map(({ pid }) => usage(pid));
    const total = fleetUsage.reduce((sum, one) => sum + one.cpu, 0);
    console.log(`agents: CPU ${total.toFixed(0)} s in ${processes} processes, simulated packets included`);
    if (held !== expected || rounds !== expected) process.exitCode = 1;
  } finally {
    for (const child of children) child.kill('SIGKILL');
    nats.kill();
    await systemClock.sleep(500);
    rmSync(folder, { recursive: true, force: true });
  }
}
