import { join } from 'node:path';
import { expect, test } from 'vitest';
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
