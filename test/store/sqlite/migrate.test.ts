import { copyFileSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { countSize, type Round } from '../../../src/core/measurement/round.js';
import type { LedgerEvent } from '../../../src/core/ledger/actions.js';
import type { WatchRecord } from '../../../src/core/watch/outage.js';
import { latestVersion, migrate, schemaVersion } from '../../../src/store/sqlite/connect.js';
import { migrations } from '../../../src/store/sqlite/migrations.js';
import { sizeSums } from '../../../src/store/sqlite/migrations/0010-size-sums.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import { must } from '../../lab/command.js';
import { requires } from '../../support/requires.js';
import { tempDir } from '../../support/temp-dir.js';
import { everyMs, firstSlot, packets, round, sample, slotAt } from '../support.js';

const fixtures = join(import.meta.dirname, '..', 'fixtures');
const fixture = (version: number, ending: string) =>
  readFileSync(join(fixtures, `schema-${version}.${ending}`), 'utf8');

/** A file as the program of that schema left it. */
function oldFile(version: number): string {
  const file = join(tempDir(), 'store.db');
  const db = new Database(file);
  db.pragma('foreign_keys = OFF');
  db.exec(fixture(version, 'sql'));
  db.close();
  return file;
}

const versions = migrations.map(({ version }) => version);

describe('the schema', () => {
  test('has steps that are numbered from 1 without a gap', () => {
    expect(versions).toEqual(versions.map((_, index) => index + 1));
    expect(latestVersion()).toBe(versions.length);
  });

  test.each(versions.slice(0, -1))(
    'of version %i is copied before it is upgraded, whole',
    async (version) => {
      const file = oldFile(version);
      const contents = (name: string): unknown => {
        const db = new Database(name, { readonly: true });
        const tables = db
          .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL ORDER BY name")
          .pluck()
          .all() as string[];
        const found = {
          version: db.pragma('user_version', { simple: true }),
          owner: db.pragma('application_id', { simple: true }),
          rows: tables.map((table) => [table, db.prepare(`SELECT * FROM "${table}"`).raw().all()]),
        };
        db.close();
        return found;
      };
      const before = contents(file);
      await (await openSqliteStore({ path: file })).close();
      const copy = `${file}.schema-${version}.bak`;
      expect(contents(copy)).toEqual(before);
      expect(statSync(copy).mode & 0o077).toBe(0);

      // Rolled back, and upgraded again: the first copy stays as it was.
      copyFileSync(copy, file);
      for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
      await (await openSqliteStore({ path: file })).close();
      expect(contents(`${copy}.2`)).toEqual(before);

      // The program of that version would be told where its copy is.
      const db = new Database(file);
      expect(() => schemaVersion(db, file, migrations.slice(0, version))).toThrow(
        `; ${copy} is the copy from before the upgrade, to go back to`,
      );
      db.close();
    },
  );

  test('of the newest version is not copied', async () => {
    const file = join(tempDir(), 'store.db');
    for (let n = 0; n < 2; n += 1) await (await openSqliteStore({ path: file })).close();
    expect(readdirSync(dirname(file)).filter((name) => name.includes('.bak'))).toEqual([]);
  });

  test.each(versions)('comes from version %i with every row', async (version) => {
    const file = oldFile(version);
    const { rounds, watch, ledger, access } = JSON.parse(fixture(version, 'json')) as {
      rounds: Round[];
      watch?: WatchRecord;
      ledger?: LedgerEvent[];
      access?: { token: object; user: object; trace: object };
    };
    const store = await openSqliteStore({ path: file });
    const rows = await store.rounds.list({ limit: 100, order: 'oldest' });
    const missing = { path: 'HKG>TYO', slot: firstSlot + everyMs, status: 'missing', reason: 'asleep' };
    const byKey = (a: { slot: number; path: string }, b: { slot: number; path: string }): number =>
      a.slot - b.slot || (a.path < b.path ? -1 : 1);
    expect(rows).toEqual(
      [...rounds.map(({ sizes, ...rest }) => ({ ...rest, sizes: sizes.map(countSize) })), missing].sort(
        byKey,
      ),
    );
    for (const one of rounds) expect(await store.rounds.packets(one.path, one.slot)).toEqual(one.sizes);
    const [singapore] = await store.rounds.monthSums({ from: firstSlot, to: firstSlot + 100 * everyMs });
    expect(singapore).toEqual({
      path: 'HKG>SIN',
      roundsHeld: 2,
      roundsWithLatency: 2,
      latency: [
        { received: 1, sizes: 1, rttSumUs: 34_000n, rttMinSumUs: 34_000n },
        { received: 1, sizes: 2, rttSumUs: 35_300n, rttMinSumUs: 35_300n },
        { received: 2, sizes: 2, rttSumUs: 70_021n, rttMinSumUs: 35_001n },
      ],
      loss: [
        { sent: 1, sizes: 1, lost: 0n },
        { sent: 1, sizes: 2, lost: 0n },
        { sent: 3, sizes: 2, lost: 1n },
      ],
    });
    expect((await store.upkeep.checkSums({})).wrong).toEqual([]);
    expect(await store.paths.known()).toEqual(
      new Map([
        ['HKG>SIN', { firstSeenAt: firstSlot - 1000, lastSeenAt: firstSlot + 5000 }],
        ['HKG>TYO', { firstSeenAt: firstSlot - 1000, lastSeenAt: firstSlot - 1000 }],
      ]),
    );
    expect(await store.watch.outages()).toEqual(watch?.outages ?? []);
    expect(await store.watch.states()).toEqual(watch?.states ?? []);
    expect(await store.watch.spans('HKG')).toEqual(watch?.spans ?? []);
    expect(await store.watch.blind()).toEqual(watch?.blind ?? []);
    expect(await store.watch.traces()).toEqual(watch?.traces ?? []);
    expect(await store.ledger.events()).toEqual(ledger ?? []);
    const proof = await store.attachments.get('a'.repeat(64));
    expect(proof && Buffer.from(proof).toString()).toBe(ledger ? 'proof' : null);
    const { tokens, users, trail } = store.access;
    expect(await tokens.list()).toMatchObject(access ? [access.token] : []);
    expect(await users.list()).toMatchObject(access ? [access.user] : []);
    expect(await trail.list()).toEqual(access ? [access.trace] : []);
    expect(await store.runs.latest()).toMatchObject({ id: 2, version: '0.2.0', stoppedAt: null });
    expect(await store.runs.begin('0.3.0', firstSlot)).toBe(3);
    await store.close();
    const db = new Database(file, { readonly: true });
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(db.pragma('user_version', { simple: true })).toBe(latestVersion());
    db.close();
  });

  test('is the same from scratch as from every earlier version', () => {
    const schemaOf = (file: string) => {
      const db = new Database(file);
      migrate(db, file);
      const rows = db
        .prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name')
        .all();
      db.close();
      return rows;
    };
    const fresh = schemaOf(join(tempDir(), 'new.db'));
    expect(fresh.length).toBeGreaterThan(5);
    for (const version of versions) expect(schemaOf(oldFile(version))).toEqual(fresh);
  });
});

describe('an upgrade', () => {
  test('sums up the sizes that are there', async () => {
    const file = join(tempDir(), 'store.db');
    const before = await openSqliteStore({ path: file });
    const either = [0, 1].map((n) => sample(64, packets(100, n === 0 ? null : 300, 200)));
    for (let n = 0; n < 40; n += 1)
      await before.rounds.put(round({ slot: slotAt(n), sizes: [either[n % 2] ?? sample(64, [])] }));
    const sums = await before.rounds.monthSums({ from: slotAt(0), to: slotAt(48) });
    await before.close();
    const db = new Database(file);
    db.exec('DROP TABLE size_sum; DROP TRIGGER size_is_added_up; DROP TRIGGER size_is_taken_off');
    db.exec(sizeSums.sql);
    expect(db.prepare('SELECT sizes FROM size_sum ORDER BY since').pluck().all()).toEqual([8, 8, 8, 8, 4, 4]);
    db.close();
    const after = await openSqliteStore({ path: file });
    expect((await after.upkeep.checkSums({})).wrong).toEqual([]);
    expect(await after.rounds.monthSums({ from: slotAt(0), to: slotAt(48) })).toEqual(sums);
    await after.close();
  });

  const next = latestVersion() + 1;
  const withStep = (sql: string) => [...migrations, { version: next, sql }];
  const count = (db: Database.Database, table: string) =>
    db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();

  test('may make a table anew without losing what refers to it', () => {
    const file = oldFile(latestVersion());
    const db = new Database(file);
    const before = [count(db, 'round'), count(db, 'size'), count(db, 'packets')];
    db.pragma('foreign_keys = ON');
    migrate(
      db,
      file,
      withStep(`CREATE TABLE path_2 (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, first_seen_at INTEGER,
          last_seen_at INTEGER, note TEXT) STRICT;
        INSERT INTO path_2 SELECT id, name, first_seen_at, last_seen_at, 'kept' FROM path;
        DROP TABLE path; ALTER TABLE path_2 RENAME TO path;`),
    );
    expect([count(db, 'round'), count(db, 'size'), count(db, 'packets')]).toEqual(before);
    expect(db.prepare('SELECT DISTINCT note FROM path').pluck().all()).toEqual(['kept']);
    expect(db.pragma('user_version', { simple: true })).toBe(next);
    db.close();
  });

  test('that fails leaves the old schema with all its rows', async () => {
    const file = oldFile(latestVersion());
    const db = new Database(file);
    expect(() => {
      migrate(db, file, withStep('DELETE FROM size; DROP TABLE run; INSERT INTO nowhere VALUES (1);'));
    }).toThrow('no such table: nowhere');
    expect(() => {
      migrate(db, file, withStep('DELETE FROM path;'));
    }).toThrow('rows refer to nothing after the upgrade');
    expect(db.pragma('user_version', { simple: true })).toBe(latestVersion());
    db.close();
    const store = await openSqliteStore({ path: file });
    expect(await store.rounds.list({ limit: 100 })).toHaveLength(5);
    expect(await store.runs.latest()).toMatchObject({ id: 2 });
    await store.close();
  });

  test('is refused backwards, with both versions named', async () => {
    const file = oldFile(latestVersion());
    const db = new Database(file);
    db.pragma(`user_version = ${next}`);
    db.close();
    const before = readFileSync(file);
    for (const readOnly of [false, true]) {
      await expect(openSqliteStore({ path: file, readOnly })).rejects.toMatchObject({
        name: 'StoreError',
        kind: 'newer-schema',
        message:
          `the database ${file} has schema ${next}, and this program knows schemas up to ${latestVersion()}: ` +
          'run the newer program, or give another path',
      });
    }
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('is left to the daemon by a reader', async () => {
    const file = oldFile(1);
    const db = new Database(file);
    db.pragma('user_version = 0');
    db.close();
    await expect(openSqliteStore({ path: file, readOnly: true })).rejects.toMatchObject({
      kind: 'other',
      message: `the database ${file} has schema 0 and needs ${latestVersion()}: start \`pop-sla run\` once, it upgrades it`,
    });
  });
});

describe('an upgrade for whose copy there is no room', () => {
  const { missing } = requires({ root: true, mount: true, commands: ['mount', 'umount'] });

  test('is refused with what to do, and leaves the schema and its rows', async () => {
    expect(missing).toBeNull();
    const disk = tempDir();
    must(['mount', '-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk]);
    onTestFinished(() => {
      must(['umount', disk]);
    });
    const file = join(disk, 'store.db');
    copyFileSync(oldFile(1), file);
    const contents = (): unknown => {
      const db = new Database(file, { readonly: true });
      const rows = db.prepare('SELECT * FROM round').raw().all();
      const version = db.pragma('user_version', { simple: true });
      db.close();
      return { version, rows };
    };
    const before = contents();
    const refused = await openSqliteStore({ path: file }).then(
      () => null,
      (error: unknown) => error as Error,
    );
    expect(refused).toMatchObject({ name: 'StoreError', kind: 'full' });
    expect(refused?.message).toMatch(
      new RegExp(
        `has schema 1, and is copied before it is upgraded to ${latestVersion()}; the copy needs \\d+ MiB, and \\d+ MiB ` +
          'are free: make room, or start the program that knows schema 1 again$',
      ),
    );
    expect(contents()).toEqual(before);
    expect(before).toMatchObject({ version: 1 });
    expect(readdirSync(disk).filter((name) => name.includes('.bak'))).toEqual([]);

    // With room it is upgraded.
    must(['mount', '-o', 'remount,size=64m', disk]);
    await (await openSqliteStore({ path: file })).close();
    expect(readdirSync(disk)).toContain('store.db.schema-1.bak');
  });
});
