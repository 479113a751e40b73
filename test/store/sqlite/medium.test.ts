import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import type { Store } from '../../../src/store/store.js';
import { requires } from '../../support/requires.js';
import { tempDir } from '../../support/temp-dir.js';
import { childRounds } from './daemon-child.js';
import { round, slotAt } from '../support.js';

requires({ root: true, mount: true, commands: ['mount', 'umount'] });

/** A real disk of a few megabytes. */
function smallDisk(options: string): string {
  const folder = join(tempDir(), 'disk');
  mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'pop-sla-test', folder]);
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder]);
  });
  return folder;
}
const remount = (folder: string, how: 'ro' | 'rw'): void => {
  execFileSync('mount', ['-o', `remount,${how}`, folder]);
};
/** Takes all the room there is, but for `spare` bytes. */
const fill = (folder: string, spare = 0): string => {
  const { bavail, bsize } = statfsSync(folder);
  const file = join(folder, 'ballast');
  writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - spare)));
  return file;
};
const [template] = childRounds;
const big = (n: number) => round({ slot: slotAt(n), sizes: template?.sizes ?? [] });
const full = { name: 'StoreError', kind: 'full' };

async function expectWhole(store: Store, file: string, slots: readonly number[]): Promise<void> {
  expect(await store.rounds.accounted('HKG>SIN', 0, slotAt(1_000_000))).toEqual(slots.map(slotAt));
  for (const n of slots) expect(await store.rounds.packets('HKG>SIN', slotAt(n))).toEqual(big(n).sizes);
  const db = new Database(file, { readonly: true });
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.close();
}

describe('a full disk', () => {
  test('refuses what finds no room, harms nothing, and works again when there is room', async () => {
    const disk = smallDisk('size=4m');
    const file = join(disk, 'store.db');
    const store = await openSqliteStore({ path: file });
    const stored: number[] = [];
    for (let n = 0; n < 20; n += 1) if ((await store.rounds.put(big(n))) === 'stored') stored.push(n);
    const ballast = fill(disk);
    let refused = 0;
    for (let n = 20; n < 60; n += 1) {
      try {
        await store.rounds.put(big(n)); // some still fit into what the journal had taken before
        stored.push(n);
      } catch (error) {
        expect(error).toMatchObject(full);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(5);
    await expect(store.upkeep.probe()).rejects.toMatchObject(full);
    const many = Array.from({ length: 100 }, (_, n) => 100 + n);
    const answers = await Promise.allSettled(many.map((n) => store.rounds.put(big(n))));
    answers.forEach((answer, n) => {
      if (answer.status === 'fulfilled') stored.push(100 + n);
      else expect(answer.reason).toMatchObject(full);
    });
    expect(answers.some(({ status }) => status === 'rejected')).toBe(true);
    await expectWhole(store, file, stored); // reading goes on

    rmSync(ballast);
    await store.upkeep.probe();
    expect(await store.rounds.put(big(60))).toBe('stored');
    expect(await store.rounds.put(big(21))).toBe(stored.includes(21) ? 'already-stored' : 'stored');
    if (!stored.includes(21)) stored.push(21);
    const after = [...stored, 60].sort((a, b) => a - b);
    await expectWhole(store, file, after);
    await store.close();
    const again = await openSqliteStore({ path: file });
    await expectWhole(again, file, after);
    await again.close();
  });

  test('is closed and opened without harm', async () => {
    const disk = smallDisk('size=4m');
    const file = join(disk, 'store.db');
    const store = await openSqliteStore({ path: file });
    const slots = Array.from({ length: 30 }, (_, n) => n);
    for (const n of slots) await store.rounds.put(big(n));
    const ballast = fill(disk);
    await store.close();
    rmSync(ballast);
    const again = await openSqliteStore({ path: file });
    await expectWhole(again, file, slots);
    await again.close();
  });

  test('is named when there is no room for a new database', async () => {
    const disk = smallDisk('size=1m');
    fill(disk, 8192);
    await expect(openSqliteStore({ path: join(disk, 'store.db') })).rejects.toMatchObject({
      ...full,
      message: expect.stringContaining('free some space on its disk') as unknown,
    });
  });

  test('is named by a backup, which leaves nothing behind', async () => {
    const disk = smallDisk('size=64k');
    const file = join(tempDir(), 'store.db');
    const store = await openSqliteStore({ path: file });
    for (let n = 0; n < 200; n += 1) await store.rounds.put(big(n));
    await expect(store.upkeep.backup(join(disk, 'copy.db'))).rejects.toMatchObject(full);
    expect(statfsSync(disk).bfree).toBe(statfsSync(disk).blocks);
    expect(await store.rounds.put(big(200))).toBe('stored');
    await store.close();
  });
});

describe('a disk that turns read-only', () => {
  test('is named when the database is opened', async () => {
    const disk = smallDisk('size=4m');
    const file = join(disk, 'store.db');
    const store = await openSqliteStore({ path: file });
    await store.rounds.put(big(0));
    await store.close();
    remount(disk, 'ro');
    await expect(openSqliteStore({ path: file })).rejects.toMatchObject({
      name: 'StoreError',
      kind: 'read-only',
    });
    await expect(openSqliteStore({ path: join(disk, 'new', 'store.db') })).rejects.toMatchObject({
      name: 'StoreError',
      kind: 'read-only',
    });
    await expect(openSqliteStore({ path: join(disk, 'new.db') })).rejects.toMatchObject({
      name: 'StoreError',
      kind: 'read-only',
    });
    remount(disk, 'rw');
    const again = await openSqliteStore({ path: file });
    await expectWhole(again, file, [0]);
    await again.close();
  });

  test('is named to a reader too, where SQLite needs to write', async () => {
    const disk = smallDisk('size=4m');
    const file = join(disk, 'store.db');
    const store = await openSqliteStore({ path: file });
    await store.rounds.put(big(0));
    await store.close();
    remount(disk, 'ro');
    await expect(openSqliteStore({ path: file, readOnly: true })).rejects.toMatchObject({
      name: 'StoreError',
      kind: 'read-only',
      message: expect.stringContaining('Even to be read it needs a folder that may be written') as unknown,
    });
  });
});
