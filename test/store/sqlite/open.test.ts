import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import { tempDir } from '../../support/temp-dir.js';
import { round, slotAt } from '../support.js';

const remedy = (file: string) =>
  `Stop the daemon, move ${file}, ${file}-wal and ${file}-shm away, put the last copy made by ` +
  '`pop-sla backup FILE` in its place, and start again';

describe('opening', () => {
  test('makes the folder, and a database that is durable', async () => {
    const file = join(tempDir(), 'a', 'b', 'store.db');
    const store = await openSqliteStore({ path: relative(process.cwd(), file) });
    await store.rounds.put(round());
    const db = new Database(file, { readonly: true });
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    const loose = db.prepare(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'",
    );
    expect(loose.all()).toEqual([]);
    db.close();
    await store.close();
    expect(existsSync(`${file}-wal`)).toBe(false); // written back into the file
  });

  test('keeps what was there', async () => {
    const file = join(tempDir(), 'store.db');
    for (let life = 0; life < 3; life += 1) {
      const store = await openSqliteStore({ path: file });
      expect(await store.rounds.list({ limit: 10 })).toHaveLength(life);
      await store.rounds.put(round({ slot: slotAt(life) }));
      await store.close();
    }
  });

  test('refuses a file that is no database, and leaves it as it was', async () => {
    const file = join(tempDir(), 'store.db');
    const text = 'dear diary, '.repeat(1000);
    writeFileSync(file, text);
    for (const readOnly of [false, true]) {
      await expect(openSqliteStore({ path: file, readOnly })).rejects.toMatchObject({
        name: 'StoreError',
        kind: 'corrupt',
        message:
          `the database ${file} is damaged or not a database (SQLITE_NOTADB: file is not a database). ` +
          remedy(file),
      });
    }
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test("refuses another program's database, and leaves it as it was", async () => {
    const file = join(tempDir(), 'other.db');
    const db = new Database(file);
    db.exec('CREATE TABLE bookmarks (url TEXT)');
    db.close();
    const before = readFileSync(file);
    await expect(openSqliteStore({ path: file })).rejects.toMatchObject({
      kind: 'other',
      message: `${file} is the database of another program: give a path of its own`,
    });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('refuses a damaged database', async () => {
    const file = join(tempDir(), 'store.db');
    const store = await openSqliteStore({ path: file });
    for (let n = 0; n < 200; n += 1) await store.rounds.put(round({ slot: slotAt(n) }));
    await store.close();
    const good = readFileSync(file);
    const pages = Math.floor(good.length / 4096);
    const handle = openSync(file, 'r+');
    for (const page of [3, Math.floor(pages / 2), pages - 2])
      writeSync(handle, Buffer.alloc(2048, 0x5a), 0, 2048, page * 4096);
    closeSync(handle);
    await expect(openSqliteStore({ path: file })).rejects.toMatchObject({
      name: 'StoreError',
      kind: 'corrupt',
      message: expect.stringContaining(remedy(file)) as unknown,
    });

    writeFileSync(file, good);
    truncateSync(file, good.length - 5 * 4096);
    await expect(openSqliteStore({ path: file })).rejects.toMatchObject({ kind: 'corrupt' });

    writeFileSync(file, good);
    const whole = await openSqliteStore({ path: file });
    expect(await whole.rounds.list({ limit: 1000 })).toHaveLength(200);
    await whole.close();
  });

  test('says that a round is damaged when its packets are', async () => {
    const file = join(tempDir(), 'store.db');
    const store = await openSqliteStore({ path: file });
    await store.rounds.put(round());
    await store.rounds.put(round({ slot: slotAt(1) }));
    const db = new Database(file);
    db.exec("UPDATE packets SET packed = X'0100' WHERE id = 1");
    db.close();
    await expect(store.rounds.packets('HKG>SIN', slotAt(0))).rejects.toMatchObject({
      kind: 'corrupt',
      message: expect.stringContaining('the packed packets are damaged: their check sum differs') as unknown,
    });
    expect(await store.rounds.packets('HKG>SIN', slotAt(1))).toEqual(round().sizes);
    await store.close();
  });

  test.each<[string, string, (folder: string) => string]>([
    ['is a folder', 'io', (folder) => folder],
    ['lies below a file', 'other', (folder) => join(folder, 'file', 'store.db')],
  ])('refuses a path that %s', async (_what, kind, pathIn) => {
    const folder = tempDir();
    writeFileSync(join(folder, 'file'), '');
    const path = pathIn(folder);
    await expect(openSqliteStore({ path })).rejects.toMatchObject({
      name: 'StoreError',
      kind,
      message: expect.stringContaining(folder) as unknown,
    });
  });
});

describe('opening for reading', () => {
  test('says that a file is missing, and makes none', async () => {
    const file = join(tempDir(), 'nothing', 'store.db');
    await expect(openSqliteStore({ path: file, readOnly: true })).rejects.toMatchObject({
      name: 'StoreError',
      kind: 'missing',
      message: `there is no database ${file} yet: \`pop-sla run\` makes it`,
    });
    expect(existsSync(join(file, '..'))).toBe(false);
  });

  test('reads, and writes nothing', async () => {
    const file = join(tempDir(), 'store.db');
    const daemon = await openSqliteStore({ path: file });
    await daemon.rounds.put(round());
    await daemon.close();
    const store = await openSqliteStore({ path: file, readOnly: true });
    expect(await store.rounds.list({ limit: 10 })).toHaveLength(1);
    expect(await store.rounds.packets('HKG>SIN', slotAt(0))).toEqual(round().sizes);
    const refused = {
      name: 'StoreError',
      kind: 'read-only',
      message: `the database ${file} was opened for reading only`,
    };
    await expect(store.rounds.put(round({ slot: slotAt(1) }))).rejects.toMatchObject(refused);
    await expect(store.upkeep.probe()).rejects.toMatchObject(refused);
    await expect(store.paths.seen(['HKG>SIN'], 1)).rejects.toMatchObject(refused);
    await expect(store.upkeep.sweep(1, 1)).rejects.toMatchObject(refused);
    await store.close();
  });

  test('measures a folder that has the file alone', async () => {
    const folder = join(tempDir(), 'x');
    mkdirSync(folder);
    const store = await openSqliteStore({ path: join(folder, 'store.db') });
    await store.rounds.put(round());
    const both = statSync(join(folder, 'store.db')).size + statSync(join(folder, 'store.db-wal')).size;
    expect(await store.upkeep.sizeBytes()).toBe(both);
    await store.upkeep.checkpoint();
    expect(await store.upkeep.sizeBytes()).toBe(statSync(join(folder, 'store.db')).size);
    await store.close();
  });
});
