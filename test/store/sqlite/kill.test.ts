import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { countSize } from '../../../src/core/measurement/round.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import { requires } from '../../support/requires.js';
import { tempDir } from '../../support/temp-dir.js';
import { slotAt } from '../support.js';
import { childRounds, startDaemonChild } from './daemon-child.js';

requires({ built: true });

const sizesOf = new Map(childRounds.map((one) => [one.path, one.sizes]));

test('a daemon that is killed while it stores loses nothing that it had confirmed, and leaves nothing half stored', async () => {
  const folder = tempDir();
  const file = join(folder, 'store.db');
  const confirmed: { slot: number; path: string }[] = [];
  for (let life = 0; life < 6; life += 1) {
    const child = startDaemonChild(file, folder, slotAt(100_000 * life));
    await child.until(10);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 120)); // anywhere in its work
    await child.kill();
    confirmed.push(...child.confirmed);

    const db = new Database(file);
    expect(db.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(db.pragma('foreign_key_check')).toEqual([]);
    expect(db.prepare('SELECT count(*) FROM packets').pluck().get()).toBe(
      db.prepare('SELECT count(*) FROM round').pluck().get(),
    );
    db.close();

    const store = await openSqliteStore({ path: file });
    const rows = await store.rounds.list({ limit: 1_000_000 });
    const stored = new Set(rows.map(({ slot, path }) => `${slot} ${path}`));
    expect(confirmed.filter(({ slot, path }) => !stored.has(`${slot} ${path}`))).toEqual([]);
    // At most the rounds that were on their way: one turn's.
    expect(rows.length - confirmed.length).toBeLessThanOrEqual(childRounds.length * (life + 1));
    for (const row of rows) {
      const sizes = sizesOf.get(row.path) ?? [];
      expect(row).toMatchObject({ status: 'ok', sizes: sizes.map(countSize) });
    }
    for (const row of rows.slice(0, 30)) {
      expect(await store.rounds.packets(row.path, row.slot)).toEqual(sizesOf.get(row.path));
    }
    await store.close();
  }
  expect(confirmed.length).toBeGreaterThanOrEqual(60);
}, 120_000);
