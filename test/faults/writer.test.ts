import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { acquireWriterLock, writerNow } from '../../src/store/sqlite/writer-lock.js';
import { thisWriter } from '../../src/store/writer-lock.js';
import { compile } from '../lab/compile.js';
import { quick, simulated } from '../support/config-file.js';
import { startDaemon } from '../support/daemon.js';
import { popSla } from '../support/pop-sla.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { requires } from '../support/requires.js';
import { startRunning } from '../support/running.js';
import { storedSlots } from '../support/slots.js';
import { tempDir } from '../support/temp-dir.js';

describe('two daemons on one file', () => {
  requires({ built: true });

  test('second-daemon-sqlite: the second ends with who writes it, the first loses nothing', async () => {
    const first = startRunning();
    await first.round('a held round', ({ status }) => status === 'ok');
    const second = startRunning({ folder: first.folder });
    expect(await second.daemon.ended).toMatchObject({ code: 1 });
    const said = second.daemon.lines().join('\n');
    expect(said).toContain(first.database);
    expect(said).toMatch(
      new RegExp(`written by the daemon with pid ${first.daemon.pid} on \\S+ since 20\\d\\d-`),
    );
    expect(said).not.toMatch(/\n\s+at /);

    const doctor = await popSla(['doctor', '--config', first.config]);
    expect(doctor.stdout).toMatch(
      new RegExp(`writer +the daemon with pid ${first.daemon.pid} .* writes the database`),
    );

    // Commands go on beside it.
    expect((await popSla(['rounds', '--config', first.config])).code).toBe(0);
    expect(await first.daemon.stop()).toMatchObject({ code: 0 });
    const slots = await storedSlots(first.config);
    expect(slots.filter(({ status }) => !['ok', 'unscheduled', 'aborted'].includes(status))).toEqual([]);
  });

  test('writer-killed: the lock is gone with its process, however that ended', async () => {
    const first = startRunning();
    await first.round('a round', () => true);
    await first.daemon.kill();
    const second = startRunning({ folder: first.folder });
    await second.round('a held round', ({ status }) => status === 'ok');
    expect(await second.daemon.stop()).toMatchObject({ code: 0 });
  });

  test('writer-replaced-file: a database that was put in its place is locked all the same', async () => {
    const first = startRunning();
    await first.round('a round', () => true);
    for (const end of ['', '-wal', '-shm']) rmSync(first.database + end, { force: true });
    const second = startRunning({ folder: first.folder });
    expect(await second.daemon.ended).toMatchObject({ code: 1 });
    expect(second.daemon.lines().join('\n')).toContain(`pid ${first.daemon.pid}`);
  });
});

describe('two containers on one folder', () => {
  requires({ built: true, namespaces: true, commands: ['unshare'] });

  test('writer-other-container: the lock is seen from another namespace of processes', async () => {
    const first = startRunning();
    await first.round('a round', () => true);
    const second = startRunning({
      folder: first.folder,
      prefix: ['unshare', '--pid', '--uts', '--fork', '--kill-child', '--mount-proc'],
    });
    expect(await second.daemon.ended).toMatchObject({ code: 1 });
    expect(second.daemon.lines().join('\n')).toContain(`pid ${first.daemon.pid}`);
  });
});

test('upgrade-under-a-daemon: a schema is not upgraded while a daemon of before works on it', async () => {
  const path = join(tempDir(), 'old.db');
  const { default: Database } = await import('better-sqlite3');
  const { migrations } = await import('../../src/store/sqlite/migrations.js');
  const { migrate } = await import('../../src/store/sqlite/connect.js');
  const old = new Database(path);
  migrate(old, path, migrations.slice(0, -1));
  old.close();
  const lock = acquireWriterLock(path, thisWriter('daemon', '0.0.9', 0));
  await expect(openSqliteStore({ path })).rejects.toMatchObject({
    name: 'StoreError',
    kind: 'busy',
    message: expect.stringContaining(`the daemon with pid ${process.pid}`) as unknown,
  });
  expect(writerNow(path)).toMatchObject({ program: 'daemon', version: '0.0.9' });
  await lock.release();
  expect(writerNow(path)).toBeNull();
  await (await openSqliteStore({ path })).close();
});

describe('a network file system', () => {
  requires({ built: true, commands: ['gcc'] });

  test.each([
    ['6969', 'NFS', 1],
    ['ff534d42', 'CIFS', 1],
  ])('store-on-network-disk: %s (%s) is refused', async (magic, name, code) => {
    const env = { LD_PRELOAD: compile(fakestatfs), FAKESTATFS_TYPE: magic };
    const { daemon, config } = startRunning({ env });
    expect(await daemon.ended).toMatchObject({ code });
    expect(daemon.lines().join('\n')).toContain(`lies on a network file system (${name})`);
    const doctor = await popSla(['doctor', '--config', config], { env });
    expect(doctor.stdout).toMatch(new RegExp(`FAIL +data folder .*${name}`));
  });

  test('store-on-network-disk: one that several machines may share is warned about', async () => {
    const env = { LD_PRELOAD: compile(fakestatfs), FAKESTATFS_TYPE: '65735546' };
    const { daemon } = startRunning({ env });
    await daemon.waitForLog(
      'the warning',
      ({ level, msg }) => level === 'warn' && msg.includes('lies on FUSE'),
    );
    expect(await daemon.stop()).toMatchObject({ code: 0 });
  });
});

const fakestatfs = {
  name: 'fakestatfs.so',
  source: new URL('../lab/fakestatfs/fakestatfs.c', import.meta.url),
  flags: ['-O2', '-Wall', '-shared', '-fPIC'],
  libraries: [],
};

describe('two daemons on one PostgreSQL', () => {
  let server: PostgresServer;
  const { beforeAll, afterAll } = requires({ postgres: true, built: true });
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    await server.stop();
  });

  test('second-daemon-postgres: one measures as an agent; it is told who; another PoP and commands may', async () => {
    const url = await server.newSchema();
    const changes = { store: { path: undefined, url } };
    const first = startRunning({ changes });
    await first.round('a held round', ({ status }) => status === 'ok');
    const second = startRunning({ changes });
    expect(await second.daemon.ended).toMatchObject({ code: 1 });
    expect(second.daemon.lines().join('\n')).toMatch(
      new RegExp(
        `agent HKG\\) is written by the daemon with pid ${first.daemon.pid} on \\S+ since 20\\d\\d-`,
      ),
    );
    const doctor = await popSla(['doctor', '--config', first.config]);
    expect(doctor.stdout).toContain(`the daemon with pid ${first.daemon.pid}`);

    const other = startRunning({ changes: { ...changes, agent: 'SIN' } });
    await other.round('a round of its own', ({ path, status }) => path.startsWith('SIN>') && status === 'ok');
    expect(await other.daemon.stop()).toMatchObject({ code: 0 });

    await first.daemon.kill();
    const third = startRunning({ changes });
    await third.round('a held round of the next', ({ status }) => status === 'ok');
    expect(await third.daemon.stop()).toMatchObject({ code: 0 });
  });

  test('hubs-share-postgres: hubs write one database side by side', async () => {
    const url = await server.newSchema();
    const folder = tempDir();
    const hubs = ['one', 'two'].map((name) => {
      const at = join(folder, name);
      mkdirSync(at);
      const file = join(at, 'hub.yaml');
      writeFileSync(
        file,
        JSON.stringify({
          role: 'hub',
          mesh: { servers: ['nats://127.0.0.1:9'] },
          pops: [
            { id: 'HKG', ipv4: '127.0.0.11' },
            { id: 'SIN', ipv4: '127.0.0.12' },
          ],
          measurement: quick,
          driver: simulated,
          store: { url },
          http: { listen: '127.0.0.1:0' },
          log: { format: 'json' },
        }),
      );
      return startDaemon({ args: ['run', '--config', file], cwd: at });
    });
    for (const each of hubs) await each.waitForLog('its start', ({ msg }) => msg === 'pop-sla is running');
    for (const each of hubs) expect(await each.stop()).toMatchObject({ code: 0 });
  });
});

test('the lock is no more than a file that stays', async () => {
  const path = join(tempDir(), 'a.db');
  const store = await openSqliteStore({ path, writer: thisWriter('daemon', '1', 5) });
  await expect(openSqliteStore({ path, writer: thisWriter('daemon', '1', 6) })).rejects.toMatchObject({
    kind: 'busy',
  });
  await (await openSqliteStore({ path })).close();
  await store.close();
  expect(readFileSync(`${path}.lock`).subarray(0, 15).toString()).toBe('SQLite format 3');
  await (await openSqliteStore({ path, writer: thisWriter('daemon', '1', 7) })).close();
});
