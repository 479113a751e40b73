import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { round, slotAt } from '../store/support.js';
import { writeConfig } from '../support/config-file.js';
import { runCli } from '../support/cli.js';
import { tempDir } from '../support/temp-dir.js';

const copy = (from: string, to: string) =>
  runCli(['store', 'copy', '--from', from, '--to', to], { cwd: tempDir() });

test.each([
  [
    'a.db',
    'b.db',
    'both are files of SQLite; allowed: one of each kind (pop-sla backup copies within its own)',
  ],
  ['postgres://a@b/c', 'postgres://a@b/d', 'both are PostgreSQL; allowed: one of each kind (pg_dump'],
  [
    'a.db',
    'mysql://u:secret@h/db',
    '--to is an address of mysql, and not of PostgreSQL; allowed: postgres://',
  ],
  ['postgres://u:secret@h', 'a.db', '--from names no database; allowed: postgres://'],
  ['', 'postgres://u@h/db', '--from is empty; allowed: a file, or a URL'],
])('from %s to %s is refused', async (from, to, why) => {
  const { code, stdout, stderr } = await copy(from, to);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`pop-sla: ${why}`);
  expect(stderr).not.toContain('secret');
});

test('a source that is not there is a fault, said once', async () => {
  const { code, stderr } = await copy('nowhere.db', 'postgres://u:secret@127.0.0.1:1/db');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^pop-sla: there is no database .*nowhere.db yet/);
  expect(stderr).not.toContain('secret');
});

test('a server that is not there is a fault, without its password', async () => {
  const { code, stderr } = await copy('postgres://u:secret@127.0.0.1:1/db', join('new', 'a.db'));
  expect(code).toBe(1);
  expect(stderr).toMatch(/^pop-sla: the database db at 127.0.0.1:1 can't be reached/);
  expect(stderr).not.toContain('secret');
});

test('sums that are not those of the rounds are found and made anew', async () => {
  const folder = tempDir();
  const file = join(folder, 'a.db');
  const config = writeConfig(folder, { store: { path: file } });
  const store = await openSqliteStore({ path: file });
  for (const n of [0, 1, 47]) await store.rounds.put(round({ slot: slotAt(n) }));
  await store.close();
  const check = (...more: string[]) =>
    runCli(['store', 'check', '--config', config, ...more], { cwd: folder });
  const right = '1 paths: the stored sums are those of the rounds\n';
  expect(await check()).toMatchObject({ code: 0, stdout: right });

  const db = new Database(file);
  db.exec('UPDATE size_sum SET rtt_sum_us = rtt_sum_us + 1 WHERE since = (SELECT max(since) FROM size_sum)');
  db.close();
  const wrong = 'HKG>SIN 2026-10-01T16:00:00Z: the stored sums are not those of the rounds\n';
  expect(await check()).toMatchObject({
    code: 1,
    stdout: wrong,
    stderr: 'pop-sla: the sums of 1 times differ; `pop-sla store check --repair` makes them anew\n',
  });
  expect(await check('--repair')).toMatchObject({ code: 0, stdout: `${wrong}1 paths: 1 times repaired\n` });
  expect(await check()).toMatchObject({ code: 0, stdout: right });
});
