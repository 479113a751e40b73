import { describe, expect, test } from 'vitest';
import pg from 'pg';
import { openPostgresStore } from '../../src/store/postgres/open.js';
import { migrate } from '../../src/store/postgres/migrate.js';
import { migrations } from '../../src/store/postgres/migrations.js';
import { sizeSums } from '../../src/store/postgres/migrations/0009-size-sums.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { requires } from '../support/requires.js';
import { round, slotAt } from './support.js';

const latest = migrations.at(-1)?.version ?? 0;
let server: PostgresServer;
const { beforeAll, afterAll } = requires({ postgres: true });
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server.stop();
});

const ask = async (url: string, sql: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
};
const everyRow = (rows: number) => Array.from({ length: rows }, (_, n) => round({ slot: slotAt(n) }));

describe('a store in PostgreSQL', () => {
  test('makes its schema once, however many programs start on it at the same time', async () => {
    const url = await server.newSchema();
    const stores = await Promise.all([1, 2, 3, 4].map(() => openPostgresStore({ url })));
    await Promise.all(stores.map((store) => store.close()));
    expect(await ask(url, 'SELECT count(*)::int AS n, max(version) AS latest FROM pop_sla_schema')).toEqual([
      { n: latest, latest },
    ]);
  });

  test('refuses a schema of a newer program, and leaves it as it is', async () => {
    const url = await server.newSchema();
    await (await openPostgresStore({ url })).close();
    await ask(url, 'INSERT INTO pop_sla_schema (version) VALUES (999)');
    for (const readOnly of [false, true]) {
      await expect(openPostgresStore({ url, readOnly })).rejects.toMatchObject({
        kind: 'newer-schema',
        message: expect.stringMatching(
          new RegExp(`schema 999, and this program knows schemas up to ${latest}: run the newer`),
        ) as unknown,
      });
    }
  });

  test('reads nothing where nothing was made, and writes nothing where it only reads', async () => {
    const url = await server.newSchema();
    await expect(openPostgresStore({ url, readOnly: true })).rejects.toMatchObject({ kind: 'missing' });
    await (await openPostgresStore({ url })).close();
    const store = await openPostgresStore({ url, readOnly: true });
    expect(await store.rounds.list({ limit: 1 })).toEqual([]);
    await expect(store.rounds.put(round())).rejects.toMatchObject({ kind: 'read-only' });
    await store.close();
  });

  test('stores a round once when several programs bring it at the same time', async () => {
    const url = await server.newSchema();
    const stores = await Promise.all([1, 2, 3].map(() => openPostgresStore({ url })));
    const answers = await Promise.all(
      stores.flatMap((store) => everyRow(200).map((one) => store.rounds.put(one))),
    );
    expect(answers.filter((answer) => answer === 'stored')).toHaveLength(200);
    await Promise.all(stores.map((store) => store.close()));
    expect(await ask(url, 'SELECT count(*)::int AS rounds FROM round')).toEqual([{ rounds: 200 }]);
    expect(await ask(url, 'SELECT count(*)::int AS sizes FROM size')).toEqual([{ sizes: 600 }]);
    expect(await ask(url, 'SELECT count(*)::int AS packets FROM packets')).toEqual([{ packets: 200 }]);
  });

  test('keeps each month in partitions of its own, and drops them when the month is past keeping', async () => {
    const url = await server.newSchema();
    const store = await openPostgresStore({ url });
    const august = Date.UTC(2026, 7, 3);
    for (const slot of [august, august + 1_800_000, slotAt(0)]) await store.rounds.put(round({ slot }));
    const names = `SELECT string_agg(relname, ' ' ORDER BY relname) AS names FROM pg_class
      WHERE relkind = 'r' AND relispartition AND relnamespace = current_schema()::regnamespace`;
    expect(await ask(url, names)).toEqual([
      {
        names: ['packets', 'round', 'size', 'size_sum']
          .flatMap((table) => [`${table}_2026_08`, `${table}_2026_10`])
          .join(' '),
      },
    ]);
    expect(await store.upkeep.sweep(slotAt(0), Date.UTC(2026, 8, 1))).toEqual({
      packetsDeleted: 2,
      rowsDeleted: 2,
      watchDeleted: 0,
    });
    expect(await ask(url, names)).toEqual([
      { names: 'packets_2026_10 round_2026_10 size_2026_10 size_sum_2026_10' },
    ]);
    expect(await store.upkeep.checkSums({})).toEqual({ paths: 1, wrong: [] });
    await store.close();
  });

  test('upgrades its schema for longer than any other query may take', async () => {
    const pool = new pg.Pool({ connectionString: await server.newSchema(), query_timeout: 2_000 });
    try {
      await migrate(pool, 'the database', [{ version: 1, sql: 'SELECT pg_sleep(3)' }]);
    } finally {
      await pool.end();
    }
  });

  test('sums up the rounds that it has when its schema comes to have sums', async () => {
    const url = await server.newSchema();
    const before = migrations.filter(({ version }) => version < sizeSums.version);
    const pool = new pg.Pool({ connectionString: url });
    try {
      await migrate(pool, 'the database', before);
      await pool.query(`CREATE TABLE size_2026_10 PARTITION OF size FOR VALUES FROM (${slotAt(0)}) TO (${slotAt(1488)});
        INSERT INTO path (name) VALUES ('HKG>SIN');
        INSERT INTO size (path_id, slot, position, bytes, held, sent, received, sizes_with_latency, sizes_with_loss,
          rtt_sum_us, rtt_min_us, late, errors, not_sent, duplicates, mismatched)
        SELECT 1, ${slotAt(0)} + 1800000 * n, 0, 64, 1, 10, 10 - n % 2, 1, 1, 1000 + n, 90, 0, 0, 0, 0, 0
        FROM generate_series(0, 99) AS n`);
    } finally {
      await pool.end();
    }
    const store = await openPostgresStore({ url });
    expect(await store.upkeep.checkSums({})).toEqual({ paths: 1, wrong: [] });
    expect(await store.rounds.monthSums({ from: slotAt(0), to: slotAt(96) })).toEqual([
      {
        path: 'HKG>SIN',
        roundsHeld: 96,
        roundsWithLatency: 96,
        latency: [
          { received: 9, sizes: 1, rttSumUs: 48n * 1048n, rttMinSumUs: 48n * 90n },
          { received: 10, sizes: 1, rttSumUs: 48n * 1047n, rttMinSumUs: 48n * 90n },
        ],
        loss: [{ sent: 10, sizes: 1, lost: 48n }],
      },
    ]);
    // Sizes that are added now are in the partition that the upgrade made.
    expect(await store.rounds.put(round({ slot: slotAt(200) }))).toBe('stored');
    expect(await store.upkeep.checkSums({})).toEqual({ paths: 1, wrong: [] });
    await store.close();
  });

  test('changes nothing that was said, whoever asks', async () => {
    const url = await server.newSchema();
    const store = await openPostgresStore({ url });
    await store.attachments.put({ sha256: 'a'.repeat(64), content: Buffer.from('proof'), at: 1 });
    await store.close();
    await ask(
      url,
      `INSERT INTO credit (number, id, statement, revision, kind, month, service, customer, site, currency, gross, status,
         created_at, changed_at)
       SELECT n, n::text, n::text, 1, 'credit', '2026-10', 's', 'c', 'x', 'USD', '1.00', status, 1, 1
       FROM (VALUES (1, 'draft'), (2, 'sealed')) AS given (n, status)`,
    );
    await ask(url, `UPDATE credit SET gross = '2.00' WHERE number = 1`);
    await ask(url, `UPDATE credit SET status = 'settled' WHERE number = 2`);
    for (const change of [
      'UPDATE attachment SET at = 2',
      'DELETE FROM attachment',
      `UPDATE credit SET gross = '2.00' WHERE number = 2`,
      'DELETE FROM credit',
      ...['ledger', 'trail', 'fault_event', 'statement', 'credit'].map((table) => `TRUNCATE ${table}`),
    ]) {
      await expect(ask(url, change), change).rejects.toThrow(/neither changed nor deleted/);
    }
  });

  test('goes on after a deadlock with another program', async () => {
    const url = await server.newSchema();
    const store = await openPostgresStore({ url });
    await store.runs.begin('1', 1);
    await store.runs.begin('1', 1);
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await other.query('BEGIN');
    await other.query('UPDATE run SET last_seen_at = 5 WHERE id = 2');
    const beats = Promise.all([store.runs.beat(1, 7), store.runs.beat(2, 8)]);
    // The store holds the first row by the time that it waits for the second.
    const waiting = `SELECT 1 AS x FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ILIKE 'update "run"%'`;
    await expect.poll(() => ask(url, waiting), { timeout: 20_000 }).toHaveLength(1);
    const either = await Promise.allSettled([
      beats,
      other.query('UPDATE run SET last_seen_at = 6 WHERE id = 1').then(
        () => other.query('COMMIT'),
        () => other.query('ROLLBACK'),
      ),
    ]);
    expect(either.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    await other.end();
    expect(await store.runs.latest()).toMatchObject({ id: 2, lastSeenAt: 8 });
    await store.close();
  });

  test('one row that the database refuses does not take its neighbours with it', async () => {
    const store = await openPostgresStore({ url: await server.newSchema() });
    const bad = round({ slot: slotAt(1), reason: 'a text may not hold \0 there' });
    const answers = await Promise.allSettled([
      store.rounds.put(round({ slot: slotAt(0) })),
      store.rounds.put(bad),
      store.rounds.put(round({ slot: slotAt(2) })),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await store.rounds.accounted('HKG>SIN', 0, slotAt(9))).toEqual([slotAt(0), slotAt(2)]);
    await store.close();
  });

  test('says what is wrong when the server is gone, keeps what it confirmed, and goes on when it is back', async () => {
    const store = await openPostgresStore({ url: await server.newSchema() });
    expect(await store.rounds.put(round({ slot: slotAt(0) }))).toBe('stored');
    await server.kill();
    await expect(store.rounds.put(round({ slot: slotAt(1) }))).rejects.toMatchObject({
      name: 'StoreError',
      kind: 'io',
    });
    await expect(store.rounds.list({ limit: 1 })).rejects.toMatchObject({ name: 'StoreError', kind: 'io' });
    await server.start();
    expect(await store.rounds.put(round({ slot: slotAt(1) }))).toBe('stored');
    expect(await store.rounds.accounted('HKG>SIN', 0, slotAt(9))).toEqual([slotAt(0), slotAt(1)]);
    await store.close();
  });

  test('refuses an address that is none, and names a database that is not there without its password', async () => {
    await expect(openPostgresStore({ url: 'not an address' })).rejects.toThrow('is not a URL');
    const url = `postgres://tester:secret@127.0.0.1:${server.port}/nowhere`;
    await expect(openPostgresStore({ url })).rejects.toMatchObject({
      kind: 'missing',
      message: `the database nowhere at 127.0.0.1:${server.port} failed (3D000: database "nowhere" does not exist); create the database first: createdb NAME`,
    });
  });
});
