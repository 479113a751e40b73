import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { keyFolder } from '../../src/seal/keys.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { bandsConfig } from '../support/bands.js';
import { runCli } from '../support/cli.js';
import { newestSlot, putRound } from '../support/fault-desk.js';
import { november } from '../support/ledger.js';
import { moveToPostgres } from '../support/on-postgres.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { requires } from '../support/requires.js';
import { statedOctober } from '../support/statements.js';

let server: PostgresServer;
const { beforeAll, afterAll } = requires({ postgres: true });
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server.stop();
});

const ofOctober = ['--month', '2026-10'];

test(
  'a month in PostgreSQL is closed, sealed, reported and proved by the command line',
  { timeout: 60_000 },
  async () => {
    const { store, config, file, folder } = await statedOctober();
    await keyFolder(config.keys.folder).make();
    await store.close();
    await moveToPostgres(file, await server.newSchema());
    const run = (...args: string[]) =>
      runCli([...args, '--config', file], { now: () => november + 86_400_000, cwd: folder });

    expect(await run('statements', 'close', ...ofOctober)).toMatchObject({ code: 0, stderr: '' });
    const seal = ['statements', 'seal', ...ofOctober, '--actor', 'ann', '--all-complete'];
    expect(await run(...seal, '--accept-incomplete', 'as agreed')).toMatchObject({ code: 0, stderr: '' });
    const listed = await run('statements', 'list', ...ofOctober, '--json');
    expect(JSON.parse(listed.stdout)).toMatchObject({
      statements: [
        { service: 'other', state: 'sealed', revision: 1 },
        { service: 'single', state: 'sealed', revision: 1 },
      ],
    });
    expect(JSON.parse((await run('report', ...ofOctober)).stdout)).toMatchObject({
      state: 'sealed',
      totals: [{ currency: 'HKD', statements: 2 }],
    });
    expect((await run('credits', 'list')).stdout).toContain('CR-2026-10-000001');
    expect((await run('audit', 'verify')).code).toBe(0);
    const pack = ['evidence', '--service', 'single', ...ofOctober, '-o', join(folder, 'pack.zip')];
    expect(await run(...pack)).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(join(folder, 'pack.zip'))).toBe(true);
    expect((await run('rounds')).stdout).toContain('HKG>SIN');
    expect(await run('backup', join(folder, 'copy.db'))).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('own programs: pg_dump') as string,
    });
  },
);

test(
  'a fault is reported by the command line, with its database in PostgreSQL',
  { timeout: 60_000 },
  async () => {
    const file = bandsConfig();
    const loaded = await loadConfig(file);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const store = await openSqliteStore({ path: loaded.config.store.path });
    await putRound(store, newestSlot, 46_000);
    await store.close();
    await moveToPostgres(file, await server.newSchema());
    const run = (...args: string[]) =>
      runCli([...args, '--config', file], { now: () => newestSlot + 120_000, cwd: dirname(file) });
    const filing = ['--customer', 'bank', '--path', 'HKG>SIN', '--band', 'round', '--actor', 'ann'];
    expect(await run('faults', 'file', ...filing)).toMatchObject({
      code: 0,
      stdout: 'F1 is acknowledged, ann has it\n',
      stderr: '',
    });
    expect((await run('faults', 'list')).stdout).toMatch(/^F1 +acknowledged +bank/m);
  },
);

test(
  'a password is shown nowhere, and the database is looked at by the doctor',
  { timeout: 60_000 },
  async () => {
    const { store, file, folder } = await statedOctober();
    await store.close();
    const secret = (await server.newSchema()).replace('tester@', 'tester:hunter2@');
    await moveToPostgres(file, secret);
    const run = (...args: string[]) => runCli([...args, '--config', file], { cwd: folder });
    const shown = await run('config', 'show');
    expect(shown.stdout).toContain('url: postgres://tester:***@127.0.0.1');
    const { checks } = JSON.parse((await run('doctor', '--json')).stdout) as {
      checks: { name: string; status: string; detail: string }[];
    };
    const database = checks.find(({ name }) => name === 'database');
    expect(database).toMatchObject({ status: 'ok' });
    expect(database?.detail).toContain(`the database postgres at 127.0.0.1:${server.port} is there:`);
    await server.kill();
    const down = await run('rounds');
    await server.start();
    expect(down).toMatchObject({ code: 1, stdout: '' });
    expect(down.stderr).toMatch(/can't be reached/);
    expect(JSON.stringify([shown, checks, down])).not.toContain('hunter2');
  },
);
