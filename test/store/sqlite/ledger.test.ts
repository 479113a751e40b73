import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { headOf, linkAfter } from '../../../src/core/ledger/chain.js';
import { digestOf } from '../../../src/seal/canonical.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import { round } from '../../support/rounds.js';
import { tempDir } from '../../support/temp-dir.js';

test.each([
  ["UPDATE ledger SET actor = 'mallory'", 'the ledger is never changed'],
  ['DELETE FROM ledger', 'the ledger loses nothing'],
  [
    "REPLACE INTO ledger SELECT seq, at, 'mallory', action, previous, hash, principal FROM ledger",
    'grows at its end only',
  ],
  ["INSERT INTO ledger VALUES (2, 1, 'mallory', '{}', 'x', 'y', NULL)", 'grows at its end only'],
  ["UPDATE attachment SET content = x'00'", 'attachments are never changed'],
  ['DELETE FROM attachment', 'attachments are kept'],
  ["REPLACE INTO attachment SELECT sha256, at, x'00' FROM attachment", 'attachments are never replaced'],
])('another program may not: %s', async (sql, message) => {
  const path = join(tempDir(), 'store.db');
  const store = await openSqliteStore({ path });
  const action = { type: 'exclusion-approved', id: 'X1', reason: null } as const;
  await store.ledger.append([linkAfter(headOf([]), { at: 1, actor: 'ann', action }, digestOf)]);
  await store.attachments.put({ sha256: 'a'.repeat(64), at: 1, content: Buffer.from('proof') });
  await store.close();
  const db = new Database(path);
  expect(() => db.exec(sql)).toThrow(message);
  db.close();
});

test('what people enter is in the database file itself: a journal that is cut takes nothing of it along', async () => {
  const folder = tempDir();
  const store = await openSqliteStore({ path: join(folder, 'pop-sla.db') });
  const action = { type: 'exclusion-approved', id: 'X1', reason: null } as const;
  await store.ledger.append([linkAfter(headOf([]), { at: 1, actor: 'ann', action }, digestOf)]);
  await store.access.users.add({
    name: 'ann',
    password: 'scrypt$1',
    roles: ['finance'],
    customer: null,
    createdAt: 1_000,
    passwordAt: 1_000,
  });
  const alone = join(folder, 'alone.db');
  copyFileSync(join(folder, 'pop-sla.db'), alone);
  await store.close();
  const read = await openSqliteStore({ path: alone });
  expect(await read.ledger.events()).toHaveLength(1);
  expect(await read.access.users.find('ann')).toMatchObject({ name: 'ann' });
  await read.close();
});

test('a look into the outbox that finds nothing writes nothing back: it comes every two seconds', async () => {
  const folder = tempDir();
  const store = await openSqliteStore({ path: join(folder, 'pop-sla.db') });
  await store.rounds.put(round());
  expect(await store.outbox.claim({ now: 1_000, until: 2_000, limit: 10 })).toEqual([]);
  const alone = join(folder, 'alone.db');
  copyFileSync(join(folder, 'pop-sla.db'), alone);
  await store.close();
  const read = await openSqliteStore({ path: alone });
  expect(await read.rounds.list({ limit: 10 })).toEqual([]);
  await read.close();
});
