import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { requires } from '../support/requires.js';
import { tempDir } from '../support/temp-dir.js';
import { createBadDisk } from './bad-disk.js';
import { run } from './command.js';

requires({ commands: ['gcc'] });

const script = `
import { createRequire } from 'node:module';
const Database = createRequire(process.argv[2])('better-sqlite3');
try {
  const db = new Database(process.argv[1]);
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE t (a)');
  console.log('written');
} catch (error) {
  console.log(error.code);
}
`;

test.each([
  ['EROFS', /^SQLITE_/],
  ['EIO', /^SQLITE_/],
  [null, /^written/],
] as const)('writes fail with %s in one folder only', async (fault, said) => {
  const [folder, elsewhere] = [join(tempDir(), 'disk'), tempDir()];
  mkdirSync(folder);
  for (const dir of [folder, elsewhere]) new Database(join(dir, 'a.db')).pragma('journal_mode = WAL');
  const disk = createBadDisk(folder, join(elsewhere, 'switch'));
  disk.setFault(fault);
  const write = async (file: string): Promise<string> => {
    const argv = [process.execPath, '--input-type=module', '-e', script, file, import.meta.filename];
    const done = await run(argv, { env: { ...process.env, ...disk.env } });
    return done.stdout + done.stderr;
  };
  expect(await write(join(folder, 'a.db'))).toMatch(said);
  expect(await write(join(elsewhere, 'a.db'))).toMatch(/^written/);
});
