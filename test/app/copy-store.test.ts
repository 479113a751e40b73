import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { copyStore } from '../../src/app/store.js';
import { audit } from '../../src/services/ledger/backlog.js';
import { openPostgresStore } from '../../src/store/postgres/open.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { contentDigest, integrityOf } from '../support/database.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { requires } from '../support/requires.js';
import { tempDir } from '../support/temp-dir.js';
import { round, slotAt } from '../store/support.js';
import { wholeStore } from '../support/whole-store.js';

let server: PostgresServer;
const { beforeAll, afterAll } = requires({ postgres: true });
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server.stop();
});

const copy = (from: string, to: string, signal = new AbortController().signal) =>
  copyStore({ from, to, signal, onProgress: () => undefined });

const rowsIn = async (url: string, table: string): Promise<number> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
    return rows[0]?.n ?? -1;
  } finally {
    await client.end();
  }
};

/** A file with some rounds in it. */
async function someRounds(rounds = 3): Promise<string> {
  const file = join(tempDir(), 'some.db');
  const store = await openSqliteStore({ path: file });
  await Promise.all(Array.from({ length: rounds }, (_, n) => store.rounds.put(round({ slot: slotAt(n) }))));
  await store.close();
  return file;
}

const tables =
  'path run round size outage outage_inferred watch_state watch_span watch_blind ledger attachment token person session trail reply fault_event fault_report fault_suggestion notify_target outbox statement_draft statement credit month_closed statement_changed contact'.split(
    ' ',
  );

describe('a copy of a store', () => {
  test(
    'goes to PostgreSQL and back, and is what it was; both go on from there',
    { timeout: 60_000 },
    async () => {
      const { store, config } = await wholeStore();
      const [newest] = await store.outbox.list({ limit: 1 });
      await store.close();
      const file = config.store.path;
      const url = await server.newSchema();
      const progress: string[] = [];
      const there = await copyStore({
        from: file,
        to: url,
        signal: new AbortController().signal,
        onProgress: ({ phase, rows, of }) => progress.push(`${phase} ${rows === of ? 'all' : 'some'}`),
      });
      expect(progress.filter((line) => line.endsWith('all'))).toEqual(['copy all', 'verify all']);
      const filled = there.tables.filter(({ rows }) => rows > 0).map(({ table }) => table);
      expect(filled).toEqual(expect.arrayContaining([...tables]));
      expect(there.to).toBe(`the database postgres at 127.0.0.1:${server.port}`);

      const backFile = join(tempDir(), 'back.db');
      const back = await copy(url, backFile);
      expect(back.tables).toEqual(there.tables);
      expect(contentDigest(backFile)).toBe(contentDigest(file));
      expect(integrityOf(backFile)).toBe('ok');

      for (const copied of [await openPostgresStore({ url }), await openSqliteStore({ path: backFile })]) {
        onTestFinished(() => copied.close());
        expect(await audit(copied)).toMatchObject({ ok: true });
        const sums = await copied.rounds.monthSums({ from: slotAt(0), to: slotAt(1488) });
        expect(sums.some(({ roundsHeld }) => roundsHeld > 0)).toBe(true);
        expect(await copied.upkeep.checkSums({})).toMatchObject({ wrong: [] });
        const slot = slotAt(0) + 1;
        expect(await copied.rounds.put(round({ slot, path: 'HKG>AMS' }))).toBe('stored');
        expect(await copied.rounds.packets('HKG>AMS', slot)).toEqual(round().sizes);
        expect(await copied.runs.begin('2', 1)).toBe(2);
        await copied.outbox.add([{ key: 'n', target: 'T1', event: 'e', about: 'a', body: '{}', at: 1 }]);
        expect((await copied.outbox.list({ limit: 1 }))[0]?.id).toBe((newest?.id ?? 0) + 1);
        const [row] = await copied.statements.credits();
        expect(row).toMatchObject({ status: 'sealed', cursor: 1 });
      }
    },
  );

  test('holds more than a batch of each', { timeout: 60_000 }, async () => {
    const file = join(tempDir(), 'many.db');
    const store = await openSqliteStore({ path: file, bulk: true });
    await store.rounds.putMissing(
      Array.from({ length: 9000 }, (_, n) => ({
        path: 'HKG>SIN',
        slot: slotAt(n),
        reason: 'stopped' as const,
      })),
    );
    await store.close();
    const url = await server.newSchema();
    const { tables } = await copy(file, url);
    expect(tables.find(({ table }) => table === 'round')?.rows).toBe(9000);
    expect(await rowsIn(url, 'round')).toBe(9000);
  });

  test('is refused where there is something already, and that is left alone', async () => {
    const file = await someRounds();
    const url = await server.newSchema();
    await copy(file, url);
    await expect(copy(file, url)).rejects.toMatchObject({
      name: 'StoreError',
      message: `the database postgres at 127.0.0.1:${server.port} is not empty: path has rows; allowed: an empty one`,
    });
    expect(await rowsIn(url, 'round')).toBe(3);
    const there = join(tempDir(), 'there.db');
    writeFileSync(there, 'mine');
    await expect(copy(url, there)).rejects.toThrow(`${there} is there already; allowed: a new file`);
  });

  test('is refused from what is not there, is newer, or is something else', async () => {
    const folder = tempDir();
    const url = await server.newSchema();
    await expect(copy(join(folder, 'none.db'), url)).rejects.toMatchObject({ kind: 'missing' });
    await expect(copy(url, join(folder, 'new.db'))).rejects.toMatchObject({ kind: 'missing' });
    const newer = await someRounds();
    const db = new Database(newer);
    db.pragma('user_version = 999');
    db.close();
    await expect(copy(newer, url)).rejects.toMatchObject({ kind: 'newer-schema' });
    const other = join(folder, 'other.db');
    writeFileSync(other, 'no database at all, but long enough to be looked at');
    await expect(copy(other, url)).rejects.toMatchObject({ name: 'StoreError', kind: 'corrupt' });
    const gone = `postgres://tester@127.0.0.1:${server.port}/nowhere`;
    await expect(copy(await someRounds(), gone)).rejects.toThrow('create the database first');
    await expect(copy(gone, join(folder, 'new.db'))).rejects.toThrow('create the database first');
    expect(readdirSync(folder)).toEqual(['other.db']);
  });

  test('that is given up, or fails in its middle, leaves nothing behind', async () => {
    const file = await someRounds();
    const url = await server.newSchema();
    const given = new AbortController();
    await expect(
      copyStore({
        from: file,
        to: url,
        signal: given.signal,
        onProgress: ({ table }) => {
          if (table === 'round') given.abort(new Error('given up'));
        },
      }),
    ).rejects.toThrow('given up');
    expect(await rowsIn(url, 'path')).toBe(0);

    // PostgreSQL has no text with a zero in it.
    const spoilt = await someRounds();
    const db = new Database(spoilt);
    db.prepare("UPDATE round SET reason = 'a' || char(0) || 'b' WHERE slot = ?").run(slotAt(2));
    db.close();
    await expect(copy(spoilt, url)).rejects.toMatchObject({ name: 'StoreError' });
    expect(await rowsIn(url, 'round')).toBe(0);

    const back = join(tempDir(), 'back.db');
    await copy(file, url);
    const late = new AbortController();
    await expect(
      copyStore({
        from: url,
        to: back,
        signal: late.signal,
        onProgress: ({ phase }) => {
          if (phase === 'verify') late.abort(new Error('given up'));
        },
      }),
    ).rejects.toThrow('given up');
    expect(existsSync(back)).toBe(false);
    expect(readdirSync(join(back, '..'))).toEqual([]);
  });
});
