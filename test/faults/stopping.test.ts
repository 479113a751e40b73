import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createLab, type Lab } from '../lab/lab.js';
import { slow, threePops, writeConfig } from '../support/config-file.js';
import { freePort } from '../support/free-port.js';
import { freezingProxy } from '../support/freezing-proxy.js';
import { startNats } from '../support/nats.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { builtMain, requires } from '../support/requires.js';
import { startRunning, type Running } from '../support/running.js';
import { starve } from '../support/starve.js';
import { tempDir } from '../support/temp-dir.js';

const inFlight = async ({ daemon, get }: Running): Promise<void> => {
  await daemon.waitFor('rounds in flight', async () =>
    /^pop_sla_daemon_rounds_in_flight [1-9]/m.test((await get('/metrics')).body) ? true : undefined,
  );
  await sleep(500);
};

/** Both paths have their round, aborted by the stop, and the daemon has said when it stopped. */
function expectStoredAndStopped(database: string): void {
  const db = new Database(database, { readonly: true });
  try {
    const rounds = db.prepare(
      "SELECT name, status FROM round JOIN path ON path.id = path_id WHERE status != 'missing'",
    );
    const rows = rounds.all() as { name: string; status: string }[];
    expect([...new Set(rows.map(({ name }) => name))].sort()).toEqual(['HKG>FRA', 'HKG>SIN']);
    expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['aborted']));
    expect(db.prepare('SELECT stopped_at FROM run').pluck().get()).toBeTypeOf('number');
  } finally {
    db.close();
  }
}

// The daemon itself ends with 1 where it isn't down within the 5 s that it promises.
describe('SIGTERM while', () => {
  requires({ built: true });

  test('stop-http-hangs: a client never ends its request', async () => {
    const running = startRunning({ changes: { measurement: slow } });
    await inFlight(running);
    const { hostname, port } = new URL(await running.url());
    const client = connect({ host: hostname, port: Number(port) });
    client.on('error', () => undefined);
    onTestFinished(() => {
      client.destroy();
    });
    client.write('POST /api/v1/fault-reports HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{');
    await sleep(200);
    expect(await running.daemon.stop()).toMatchObject({ code: 0, signal: null });
    expectStoredAndStopped(running.database);
  });

  test('stop-log-reader-hangs: whoever reads the log stands still', async () => {
    const folder = tempDir();
    const port = await freePort();
    const config = writeConfig(folder, {
      // In flight for as long as it takes to fill the pipe.
      measurement: { ...slow, every: '10m', packetInterval: '2s' },
      http: { listen: `127.0.0.1:${port}` },
      log: { level: 'debug' },
    });
    const child = spawn(process.execPath, [builtMain, 'run', '--config', config], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const get = (path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`).then((response) => response.text());
    await expect.poll(() => get('/healthz').catch(() => ''), { timeout: 60_000 }).toContain('ok');
    // More than a pipe and the streams on both of its ends hold.
    for (let n = 0; n < 40; n += 1)
      await Promise.all(Array.from({ length: 100 }, () => get(`/healthz?${'x'.repeat(400)}`)));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expectStoredAndStopped(`${folder}/data/pop-sla.db`);
  });
});

describe('SIGTERM of a daemon with 199 rounds in flight', () => {
  requires({ built: true, root: true });

  test('stop-starved: others leave it a few hundredths of a core; every round is stored, with its packets', async () => {
    const many = Array.from({ length: 199 }, (_, n) => ({ id: `P${n}`, ipv4: `127.1.1.${n + 1}` }));
    const running = startRunning({
      changes: {
        driver: 'kernel',
        pops: [{ id: 'HKG', ipv4: '127.0.0.11' }, ...many],
        measurement: { ...slow, every: '60s', packetInterval: '500ms', lostAfter: '1s' },
      },
    });
    const { daemon, get } = running;
    await daemon.waitFor(
      'all rounds in flight',
      async () => /^pop_sla_daemon_rounds_in_flight 199$/m.test((await get('/metrics')).body) || undefined,
    );
    await sleep(4_000);
    const starving = starve(daemon.pid, 4);
    const ended = await daemon.stop(120_000);
    await starving.end();
    expect(ended, daemon.lines().slice(-3).join('\n')).toMatchObject({ code: 0, signal: null });
    const db = new Database(running.database, { readonly: true });
    try {
      const rounds = db.prepare(
        `SELECT status, count(DISTINCT path_id) AS paths, min(sent) > 3 AS had_packets
         FROM round JOIN size USING (path_id, slot) WHERE status != 'missing' GROUP BY status`,
      );
      expect(rounds.all()).toEqual([{ status: 'aborted', paths: 199, had_packets: 1 }]);
    } finally {
      db.close();
    }
  }, 240_000);
});

describe('SIGTERM that is repeated', () => {
  requires({ built: true });

  test('stop-asked-often: until the process has gone never ends it before it is done', async () => {
    const running = startRunning({ changes: { measurement: slow } });
    await inFlight(running);
    const until = new AbortController();
    const ended = running.daemon.ended.finally(() => {
      until.abort();
    });
    while (!until.signal.aborted) {
      running.daemon.signal('SIGTERM');
      running.daemon.signal('SIGHUP');
      await sleep(1);
    }
    expect(await ended).toMatchObject({ code: 0, signal: null });
    expectStoredAndStopped(running.database);
  });
});

describe('SIGTERM of an agent while', () => {
  requires({ built: true, commands: ['nats-server'] });

  test('stop-nats-hangs: its NATS server stands still', async () => {
    const nats = await startNats();
    onTestFinished(() => nats.stop());
    const running = startRunning({
      changes: {
        measurement: slow,
        pops: threePops,
        ...({ role: 'agent', mesh: { servers: [nats.url], heartbeat: '200ms' } } as object),
      },
    });
    await running.daemon.waitForLog('the mesh', ({ msg }) => msg === 'the mesh is reached');
    await inFlight(running);
    nats.pause(true);
    await sleep(1_000);
    expect(await running.daemon.stop()).toMatchObject({ code: 0, signal: null });
    expectStoredAndStopped(running.database);
    expect(running.daemon.log().map(({ msg }) => msg)).toContain('stopped');
  });
});

describe('SIGTERM while PostgreSQL', () => {
  let server: PostgresServer;
  const { beforeAll, afterAll } = requires({ postgres: true, built: true });
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    await server.stop();
  });

  test('stop-postgres-hangs: answers nothing any more; each round that is lost has its line', async () => {
    const url = new URL(await server.newSchema());
    const proxy = await freezingProxy(server.port);
    url.port = String(proxy.port);
    const running = startRunning({
      changes: { measurement: slow, store: { path: undefined, url: url.href } },
    });
    await inFlight(running);
    proxy.freeze();
    expect(await running.daemon.stop()).toMatchObject({ code: 0, signal: null });
    const lost = running.daemon.log().filter(({ msg }) => msg.startsWith('a round is lost'));
    expect(new Set(lost.map(({ path }) => path))).toEqual(new Set(['HKG>SIN', 'HKG>FRA']));
  });
});

describe('SIGTERM while the pinging child', () => {
  const { missing } = requires({ namespaces: true, built: true });
  let lab: Lab;
  beforeEach(() => {
    if (missing === null) lab = createLab();
  });
  afterEach(async () => {
    if (missing === null) await lab.close();
  });

  test('stop-driver-hangs: stands still; its rounds are stored as aborted', async () => {
    const namespace = lab.namespace('stop');
    const running = startRunning({
      changes: { driver: 'net-ping', http: { listen: '127.0.0.1:9720' }, measurement: slow },
      prefix: namespace.prefix,
      ask: (url) => namespace.get(url),
    });
    await inFlight(running);
    const { pid } = running.daemon;
    // Not one of those that are asked now and then how the clock is.
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/);
    const child = children
      .map(Number)
      .find((one) => readFileSync(`/proc/${one}/cmdline`, 'utf8').includes('net-ping'));
    expect(child).toBeDefined();
    process.kill(child ?? 0, 'SIGSTOP');
    onTestFinished(() => {
      try {
        process.kill(child ?? 0, 'SIGKILL');
      } catch {
        // It went with its parent.
      }
    });
    expect(await running.daemon.stop()).toMatchObject({ code: 0, signal: null });
    expectStoredAndStopped(running.database);
  });
});
