import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openPostgresStore } from '../../src/store/postgres/open.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { runCli } from '../support/cli.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { requires } from '../support/requires.js';
import { tempDir } from '../support/temp-dir.js';

let server: PostgresServer;
const { beforeAll, afterAll } = requires({ postgres: true, built: true });
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server.stop();
});

test('after a move to PostgreSQL and back no message is sent twice, and none is lost', async () => {
  const folder = tempDir();
  const [file, url, back] = [join(folder, 'a.db'), await server.newSchema(), join(folder, 'b.db')];
  const message = (key: string) => ({
    key,
    target: 'T1',
    event: 'outage.opened',
    about: 'SIN',
    body: '{}',
    at: 1000,
  });
  const told = { event: 'outage.opened', about: 'SIN', began: 1000, used: null } as const;
  const before = await openSqliteStore({ path: file });
  await before.outbox.add(['sent', 'waiting', 'dead'].map(message), { told: [told], ended: [] });
  await before.outbox.tried(1, { state: 'sent', error: null, at: 2000, dueAt: 2000 });
  await before.outbox.tried(3, { state: 'dead', error: 'gone', at: 2000, dueAt: 2000 });
  const all = await before.outbox.list({ limit: 9 });
  await before.close();
  const copy = async (from: string, to: string) => {
    const done = await runCli(['store', 'copy', '--from', from, '--to', to], { cwd: folder });
    expect(done.code, done.stderr).toBe(0);
  };

  await copy(file, url);
  const moved = await openPostgresStore({ url });
  expect(await moved.outbox.list({ limit: 9 })).toEqual(all);
  expect(await moved.outbox.told()).toEqual([told]);
  await moved.outbox.add(['sent', 'waiting', 'dead', 'new'].map(message));
  const query = { now: 5000, until: 6000, limit: 9 };
  const claimed = await moved.outbox.claim(query);
  expect(claimed.map(({ key }) => key)).toEqual(['waiting', 'new']);
  for (const { id } of claimed)
    await moved.outbox.tried(id, { state: 'sent', error: null, at: 5000, dueAt: 5000 });
  const after = await moved.outbox.list({ limit: 9 });
  await moved.close();

  await copy(url, back);
  const again = await openSqliteStore({ path: back });
  await again.outbox.add(['new', 'newest'].map(message));
  expect((await again.outbox.list({ limit: 9 })).slice(1)).toEqual(after);
  expect((await again.outbox.claim({ ...query, now: 9000 })).map(({ key }) => key)).toEqual(['newest']);
  expect(await again.outbox.told()).toEqual([told]);
  await again.close();
});
