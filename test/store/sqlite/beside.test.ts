import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import { requires } from '../../support/requires.js';
import { tempDir } from '../../support/temp-dir.js';
import { round, slotAt } from '../support.js';
import { childRounds, startDaemonChild } from './daemon-child.js';

requires({ built: true });

test('reads and backs up beside a daemon that writes all the while', async () => {
  const folder = tempDir();
  const file = join(folder, 'store.db');
  const child = startDaemonChild(file, folder, slotAt(0));
  try {
    await child.until(30);
    const store = await openSqliteStore({ path: file, readOnly: true });
    let before = 0;
    for (let turn = 1; turn <= 20; turn += 1) {
      await child.until(before + 9);
      const confirmed = child.confirmed.length;
      const rows = await store.rounds.list({ limit: 1_000_000, order: 'oldest' });
      expect(rows.length).toBeGreaterThanOrEqual(confirmed);
      expect(rows.length).toBeGreaterThan(before);
      expect(rows.every((row) => row.status === 'ok' && row.sizes.length === 3)).toBe(true);
      expect(await store.rounds.packets('HKG>TYO', slotAt(turn))).toEqual(childRounds[1]?.sizes);
      before = rows.length;
    }
    const confirmed = child.confirmed.length;
    await store.upkeep.backup(join(folder, 'copy.db'));
    await child.until(confirmed + 60);
    await store.close();
    const copy = await openSqliteStore({ path: join(folder, 'copy.db'), readOnly: true });
    expect((await copy.rounds.list({ limit: 1_000_000 })).length).toBeGreaterThanOrEqual(confirmed);
    await copy.close();
  } finally {
    await child.kill();
  }
}, 60_000);

test('a reader that stands still does not stop the writer, nor its checkpoint', async () => {
  const file = join(tempDir(), 'store.db');
  const writer = await openSqliteStore({ path: file, busyTimeoutMs: 100 });
  await writer.rounds.put(round());
  const reader = await openSqliteStore({ path: file, readOnly: true });
  expect(await reader.rounds.list({ limit: 5 })).toHaveLength(1);
  await writer.rounds.put(round({ slot: slotAt(1) }));
  await writer.upkeep.checkpoint();
  expect(await reader.rounds.list({ limit: 5 })).toHaveLength(2);
  await writer.close();
  expect(await reader.rounds.list({ limit: 5 })).toHaveLength(2);
  await reader.close();
});

test('two daemons on one file wait for each other, and say so when it takes too long', async () => {
  const file = join(tempDir(), 'store.db');
  const [one, other] = [
    await openSqliteStore({ path: file, busyTimeoutMs: 50 }),
    await openSqliteStore({ path: file, busyTimeoutMs: 50 }),
  ];
  await Promise.all([one.rounds.put(round()), other.rounds.put(round({ slot: slotAt(1) }))]);
  const holder = new Database(file);
  holder.exec('BEGIN IMMEDIATE');
  await expect(one.rounds.put(round({ slot: slotAt(2) }))).rejects.toMatchObject({
    name: 'StoreError',
    kind: 'busy',
    message: expect.stringContaining('another process holds the database') as unknown,
  });
  holder.exec('COMMIT');
  holder.close();
  expect(await one.rounds.put(round({ slot: slotAt(2) }))).toBe('stored');
  expect(await other.rounds.list({ limit: 9 })).toHaveLength(3);
  await one.close();
  await other.close();
});
