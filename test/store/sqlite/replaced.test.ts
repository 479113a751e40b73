import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openRecoveringStore } from '../../../src/store/sqlite/recovering.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import type { Store } from '../../../src/store/store.js';
import { tempDir } from '../../support/temp-dir.js';
import { round, slotAt } from '../support.js';

const replaced = { name: 'StoreError', kind: 'replaced' };
const at = (n: number) => round({ slot: slotAt(n) });

/** What a new process finds in the file. */
async function found(file: string): Promise<number[]> {
  const db = new Database(file, { readonly: true, fileMustExist: true });
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.close();
  const store = await openSqliteStore({ path: file, readOnly: true });
  const slots = await store.rounds.accounted('HKG>SIN', 0, slotAt(1_000));
  await store.close();
  return slots.map((slot) => (slot - slotAt(0)) / (slotAt(1) - slotAt(0)));
}

/** As the spool does: again until it is taken. */
async function putUntilTaken(store: Store, n: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      await store.rounds.put(at(n));
      return;
    } catch (error) {
      expect(error).toMatchObject(replaced);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error('never taken');
}

const faults: readonly [string, (file: string, other: string) => void][] = [
  [
    'the file is deleted',
    (file) => {
      rmSync(file);
    },
  ],
  [
    'the file and its journal are deleted',
    (file) => {
      for (const end of ['', '-wal', '-shm']) rmSync(file + end);
    },
  ],
  [
    'another file is put in its place',
    (file, other) => {
      renameSync(other, file);
    },
  ],
  [
    'the journal is deleted',
    (file) => {
      rmSync(`${file}-wal`);
    },
  ],
  [
    'the journal is cut to nothing',
    (file) => {
      truncateSync(`${file}-wal`, 0);
    },
  ],
  [
    'the journal is cut short',
    (file) => {
      truncateSync(`${file}-wal`, statSync(`${file}-wal`).size - 4000);
    },
  ],
];

describe('a database under an open store', () => {
  test.each(faults)('refuses to be written when %s', async (_what, make) => {
    const folder = tempDir();
    const [file, other] = [join(folder, 'store.db'), join(folder, 'other.db')];
    const spare = await openSqliteStore({ path: other });
    await spare.close();
    const store = await openSqliteStore({ path: file });
    await store.rounds.put(at(0));
    make(file, other);
    await expect(store.rounds.put(at(1))).rejects.toMatchObject(replaced);
    await expect(
      store.rounds.putMissing([{ path: 'HKG>SIN', slot: slotAt(2), reason: 'store' }]),
    ).rejects.toMatchObject(replaced);
    await store.close();
  });

  test('is not taken for replaced when another process writes its journal back and cuts it', async () => {
    const file = join(tempDir(), 'store.db');
    const store = await openSqliteStore({ path: file });
    for (let n = 0; n < 5; n += 1) await store.rounds.put(at(n));
    const other = new Database(file);
    other.pragma('wal_checkpoint(TRUNCATE)');
    expect(statSync(`${file}-wal`).size).toBe(0);
    expect(await store.rounds.put(at(5))).toBe('stored');
    other.close();
    await store.upkeep.checkpoint();
    expect(await store.rounds.put(at(6))).toBe('stored');
    await store.upkeep.verify();
    expect(await found(file)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    await store.close();
    expect(await found(file)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test('whose journal was cut is told again which paths were configured, and since when', async () => {
    const file = join(tempDir(), 'store.db');
    const store = await openRecoveringStore({ path: file });
    await store.paths.seen(['HKG>SIN'], slotAt(0));
    truncateSync(`${file}-wal`, 0);
    await store.paths.seen(['HKG>SIN'], slotAt(1)).catch(() => undefined);
    await putUntilTaken(store, 1);
    const times = { firstSeenAt: slotAt(0), lastSeenAt: slotAt(0) };
    expect([...(await store.paths.known())]).toEqual([['HKG>SIN', times]]);
    await store.close();
  });

  test('that was moved away and back is written again', async () => {
    const file = join(tempDir(), 'store.db');
    const store = await openSqliteStore({ path: file });
    await store.rounds.put(at(0));
    renameSync(file, `${file}.away`);
    await expect(store.rounds.put(at(1))).rejects.toMatchObject(replaced);
    renameSync(`${file}.away`, file);
    expect(await store.rounds.put(at(1))).toBe('stored');
    await store.close();
    expect(await found(file)).toEqual([0, 1]);
  });

  test('is read back by a connection of its own', async () => {
    const folder = tempDir();
    const file = join(folder, 'store.db');
    const store = await openSqliteStore({ path: file });
    await store.upkeep.verify();
    await store.rounds.put(at(0));
    await store.upkeep.verify();
    const other = await openSqliteStore({ path: join(folder, 'other.db') });
    await other.close();
    copyFileSync(join(folder, 'other.db'), `${file}.new`);
    renameSync(`${file}.new`, file);
    rmSync(`${file}-wal`);
    await expect(store.upkeep.verify()).rejects.toMatchObject({ name: 'StoreError' });
    await store.close();
  });
});

describe('a lasting store', () => {
  const lasting = async (file: string) => {
    const told: string[] = [];
    const store = await openRecoveringStore({ path: file, tell: (message) => told.push(message) });
    onTestFinished(() => store.close());
    return { store, told };
  };

  test.each(faults.slice(0, 2))(
    'writes a deleted file anew, with all that was in it: %s',
    async (_what, make) => {
      const file = join(tempDir(), 'store.db');
      const { store, told } = await lasting(file);
      for (let n = 0; n < 5; n += 1) await store.rounds.put(at(n));
      make(file, '');
      await putUntilTaken(store, 5);
      expect(told.join('\n')).toContain('was deleted');
      await store.upkeep.verify();
      expect(await store.rounds.packets('HKG>SIN', slotAt(0))).toEqual(at(0).sizes);
      expect(await found(file)).toEqual([0, 1, 2, 3, 4, 5]);
      await store.close();
      expect(await found(file)).toEqual([0, 1, 2, 3, 4, 5]);
      expect(readdirSync(dirname(file)).filter((name) => name.includes('rescued'))).toEqual([]);
    },
  );

  test('goes on with the file that was put in its place, and keeps what it had beside it', async () => {
    const folder = tempDir();
    const [file, other] = [join(folder, 'store.db'), join(folder, 'other.db')];
    const spare = await openSqliteStore({ path: other });
    await spare.rounds.put(at(40));
    await spare.close();
    const { store } = await lasting(file);
    await store.forward.start('HKG');
    for (let n = 0; n < 3; n += 1) await store.rounds.put(at(n));
    renameSync(other, file);
    await putUntilTaken(store, 3);
    expect(await found(file)).toEqual([0, 1, 2, 3, 40]);
    expect(await store.forward.depth()).toMatchObject({ slots: 5 });
    const rescued = readdirSync(folder).filter((name) => name.includes('rescued'));
    expect(rescued).toHaveLength(1);
    expect(await found(join(folder, rescued[0] ?? ''))).toEqual([0, 1, 2]);
  });

  test.each(faults.slice(3))('goes on after %s', async (_what, make) => {
    const file = join(tempDir(), 'store.db');
    const { store } = await lasting(file);
    await store.rounds.put(at(0));
    await store.upkeep.checkpoint();
    for (let n = 1; n < 4; n += 1) await store.rounds.put(at(n));
    make(file, '');
    await putUntilTaken(store, 4);
    expect(existsSync(file)).toBe(true);
    expect(await found(file)).toEqual([0, 1, 2, 3, 4]);
    expect(await store.upkeep.verify()).toBe(true);
    await store.close();
    expect(await found(file)).toEqual([0, 1, 2, 3, 4]);
  });
});
