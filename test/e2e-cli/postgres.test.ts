import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { keyFolder } from '../../src/seal/keys.js';
import { openPostgresStore } from '../../src/store/postgres/open.js';
import { audit } from '../../src/services/ledger/backlog.js';
import { quick, simulated } from '../support/config-file.js';
import { startDaemon, type Daemon } from '../support/daemon.js';
import { october } from '../support/ledger.js';
import { moveToPostgres } from '../support/on-postgres.js';
import { popSla } from '../support/pop-sla.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { requires } from '../support/requires.js';
import { startRunning } from '../support/running.js';
import { statedOctober } from '../support/statements.js';

let server: PostgresServer;
const { beforeAll, afterAll } = requires({ postgres: true, built: true });
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server.stop();
});

test(
  'a daemon lives through a restart of PostgreSQL, says so, and loses nothing',
  { timeout: 120_000 },
  async () => {
    const url = await server.newSchema();
    const running = startRunning({ changes: { store: { path: undefined, url } } });
    const { daemon, get } = running;
    await running.round('a held round', ({ status }) => status === 'ok');
    expect((await get('/readyz')).status).toBe(200);
    const started = daemon.log().find(({ store }) => typeof store === 'string');
    expect(started?.['store']).toBe(`the database postgres at 127.0.0.1:${server.port}`);

    const before = await running.rounds();
    await server.kill();
    const queued = async (): Promise<number> =>
      Number(/^pop_sla_daemon_store_queue\w* (\d+)/m.exec((await get('/metrics')).body)?.[1] ?? 0);
    await daemon.waitFor('rounds that wait', async () => ((await queued()) >= 4 ? true : undefined));
    const refused = await get('/readyz');
    expect(refused.status).toBe(503);
    expect(refused.body).toMatch(/store/);
    expect((await get('/healthz')).status, 'it lives').toBe(200);
    expect((await get('/api/v1/rounds')).status, 'and says what it can not').toBe(503);

    await server.start();
    await daemon.waitFor('an empty queue', async () => ((await queued()) === 0 ? true : undefined));
    await daemon.waitFor('readiness', async () => ((await get('/readyz')).status === 200 ? true : undefined));
    expect(await daemon.stop()).toMatchObject({ code: 0 });

    const kept = await openPostgresStore({ url, readOnly: true });
    onTestFinished(() => kept.close());
    const all = await kept.rounds.list({ limit: 100_000 });
    const after = all.map(({ path, slot, status }) => ({ path, slot, status }));
    const stored = before.map(({ path, slot, status }) => ({ path, slot: Date.parse(slot), status }));
    expect(after).toEqual(expect.arrayContaining(stored));
    expect(
      after.filter(({ status }) => status === 'missing'),
      'no round was lost',
    ).toEqual([]);
  },
);

test('two hubs on one database close and seal a month once', { timeout: 120_000 }, async () => {
  const { store, config, file, folder } = await statedOctober();
  await store.paths.seen(['HKG>SIN', 'HKG>FRA'], october + 1);
  await keyFolder(config.keys.folder).make();
  await store.close();
  const url = await server.newSchema();
  await moveToPostgres(file, url, {
    role: 'hub',
    mesh: { servers: ['nats://127.0.0.1:9'] },
    driver: simulated,
    measurement: quick,
    log: { format: 'json' },
  });

  const hub = (): Daemon => {
    const daemon = startDaemon({ args: ['run', '--config', file], cwd: folder });
    onTestFinished(async () => {
      await daemon.stop();
    });
    return daemon;
  };
  const hubs = [hub(), hub()];
  const closings = () =>
    hubs.flatMap((each) =>
      each.log().filter(({ msg, month }) => msg.startsWith('a month was closed') && month === '2026-10'),
    );
  for (const each of hubs) await each.waitForLog('its start', ({ msg }) => msg === 'pop-sla is running');
  await hubs[0]?.waitFor('a closed month', () => (closings().length > 0 ? true : undefined));

  const args = ['--month', '2026-10', '--all-complete', '--accept-incomplete', 'as agreed', '--actor', 'ann'];
  // The ports were watched for an hour of September, which is not sealed.
  args.push('--out-of-order', 'one hour of September');
  const seal = () => popSla(['statements', 'seal', ...args, '--json', '--config', file], { cwd: folder });
  const seals = await Promise.all([seal(), seal(), seal()]);
  expect(seals.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
    seals.map(() => ({ code: 0, stderr: '' })),
  );
  for (const each of hubs) expect(await each.stop()).toMatchObject({ code: 0 });
  expect(closings()).toHaveLength(1);

  const sealed = await openPostgresStore({ url });
  onTestFinished(() => sealed.close());
  const statements = await sealed.statements.list({ month: '2026-10' });
  expect(statements.map(({ service, state, revision }) => [service, state, revision])).toEqual([
    ['other', 'sealed', 1],
    ['single', 'sealed', 1],
  ]);
  const events = (await sealed.ledger.events()).filter(({ action }) => action.type === 'statement-sealed');
  expect(events).toHaveLength(2);
  expect(await audit(sealed)).toMatchObject({ ok: true });
  expect((await sealed.statements.credits()).map(({ id, status }) => [id, status])).toEqual([
    ['CR-2026-10-000001', 'sealed'],
  ]);
});

test('a work on a month waits for that of another hub, and is not held up by one that died', async () => {
  const url = await server.newSchema();
  const [one, other] = [await openPostgresStore({ url }), await openPostgresStore({ url })];
  onTestFinished(() => one.close());
  onTestFinished(() => other.close());
  const done: string[] = [];
  let end: () => void = () => undefined;
  const long = one.statements.inTurn('2026-10', async () => {
    await new Promise<void>((resolve) => (end = resolve));
    done.push('one');
  });
  const asking = new pg.Client({ connectionString: url });
  await asking.connect();
  onTestFinished(() => asking.end());
  const held = `SELECT granted, pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 202610 ORDER BY granted`;
  const locks = async () => (await asking.query<{ granted: boolean; pid: number }>(held)).rows;
  const granted = async () => (await locks()).map((lock) => lock.granted);
  await expect.poll(granted, { timeout: 20_000 }).toEqual([true]);
  const next = other.statements.inTurn('2026-10', () => {
    done.push('other');
    return Promise.resolve();
  });
  await expect.poll(granted, { timeout: 20_000 }).toEqual([false, true]);
  expect(done).toEqual([]);
  // As if the first hub were gone.
  const holder = (await locks()).find((lock) => lock.granted);
  await asking.query('SELECT pg_terminate_backend($1)', [holder?.pid]);
  await next;
  expect(done).toEqual(['other']);
  end();
  await expect(long).rejects.toMatchObject({ name: 'StoreError' });
});
