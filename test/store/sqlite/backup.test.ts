import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import { tempDir } from '../../support/temp-dir.js';
import { round, slotAt } from '../support.js';

async function storeOf(rounds: number) {
  const file = join(tempDir(), 'store.db');
  const store = await openSqliteStore({ path: file });
  await Promise.all(Array.from({ length: rounds }, (_, n) => store.rounds.put(round({ slot: slotAt(n) }))));
  return { store, file };
}

test('makes one whole file that a daemon can go on with', async () => {
  const { store } = await storeOf(300);
  const copy = join(tempDir(), 'copy.db');
  const { bytes } = await store.upkeep.backup(copy);
  expect(bytes).toBe(statSync(copy).size);
  expect(readdirSync(dirname(copy))).toEqual(['copy.db']);
  const db = new Database(copy);
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.close();

  const restored = await openSqliteStore({ path: copy });
  expect(await restored.rounds.list({ limit: 1000 })).toEqual(await store.rounds.list({ limit: 1000 }));
  expect(await restored.rounds.packets('HKG>SIN', slotAt(299))).toEqual(round().sizes);
  expect(await restored.rounds.put(round({ slot: slotAt(300) }))).toBe('stored');
  await restored.close();
  await store.close();
});

test('is of one instant, while rounds are stored all along', async () => {
  const { store } = await storeOf(2000);
  const copy = join(tempDir(), 'copy.db');
  const stop = new AbortController();
  const writing = (async () => {
    for (let n = 2000; !stop.signal.aborted; n += 1) await store.rounds.put(round({ slot: slotAt(n) }));
  })();
  await store.upkeep.backup(copy);
  stop.abort();
  await writing;
  const restored = await openSqliteStore({ path: copy, readOnly: true });
  const slots = await restored.rounds.accounted('HKG>SIN', 0, slotAt(1_000_000));
  expect(slots.length).toBeGreaterThanOrEqual(2000);
  expect(slots).toEqual(slots.map((_, n) => slotAt(n)));
  await restored.close();
  await store.close();
});

test('has what was asked to be stored before it', async () => {
  const { store } = await storeOf(0);
  const copy = join(tempDir(), 'copy.db');
  const put = store.rounds.put(round());
  await store.upkeep.backup(copy);
  await put;
  const restored = await openSqliteStore({ path: copy, readOnly: true });
  expect(await restored.rounds.list({ limit: 5 })).toHaveLength(1);
  await restored.close();
  await store.close();
});

test('never touches a file that is there', async () => {
  const { store, file } = await storeOf(3);
  const copy = join(tempDir(), 'copy.db');
  writeFileSync(copy, 'mine');
  for (const taken of [copy, file]) {
    await expect(store.upkeep.backup(taken)).rejects.toMatchObject({
      name: 'StoreError',
      kind: 'other',
      message: `${taken} is there already: a backup makes a new file`,
    });
  }
  expect(readFileSync(copy, 'utf8')).toBe('mine');
  expect(readdirSync(dirname(copy))).toEqual(['copy.db']);
  await store.close();
});

test('says where it can not be written', async () => {
  const { store } = await storeOf(3);
  const copy = join(tempDir(), 'no', 'such', 'folder', 'copy.db');
  await expect(store.upkeep.backup(copy)).rejects.toMatchObject({
    name: 'StoreError',
    message: expect.stringContaining(`can't write the backup ${copy}`) as unknown,
  });
  await store.close();
});

test('works from a store that was opened for reading', async () => {
  const { store, file } = await storeOf(5);
  await store.close();
  const reader = await openSqliteStore({ path: file, readOnly: true });
  const copy = join(tempDir(), 'copy.db');
  await reader.upkeep.backup(copy);
  await reader.close();
  const restored = await openSqliteStore({ path: copy, readOnly: true });
  expect(await restored.rounds.list({ limit: 9 })).toHaveLength(5);
  await restored.close();
});

test('refuses to hand out a damaged copy', async () => {
  const { store, file } = await storeOf(300);
  await store.close();
  const bytes = readFileSync(file);
  const reader = await openSqliteStore({ path: file, readOnly: true });
  bytes.fill(0x5a, Math.floor(bytes.length / 8192) * 4096, Math.floor(bytes.length / 8192) * 4096 + 2048);
  writeFileSync(file, bytes);
  const copy = join(tempDir(), 'copy.db');
  await expect(reader.upkeep.backup(copy)).rejects.toMatchObject({ name: 'StoreError', kind: 'corrupt' });
  expect(readdirSync(dirname(copy))).toEqual([]);
  await reader.close();
});
