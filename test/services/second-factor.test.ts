import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { expect, test } from 'vitest';
import { secretKeyFile } from '../../src/seal/secret-key.js';
import { createSecondFactors } from '../../src/services/access/second-factor.js';
import { tempDir } from '../support/temp-dir.js';
import { twoTenants } from '../support/tenants.js';

async function setUp() {
  const { store } = await twoTenants();
  let at = Date.UTC(2026, 9, 12);
  const now = () => (at += 30_000);
  const file = join(tempDir(), 'keys', 'second-factor.key');
  const { factors } = store.access;
  const made = (key?: () => Promise<Buffer>) => createSecondFactors({ store: store.access, now, key });
  const codeOf = (secret: string) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at + 30_000 });
  return { factors, made, file, codeOf };
}

test('a secret is stored so that the database alone makes no codes, with a key that only its owner reads', async () => {
  const { factors, made, file, codeOf } = await setUp();
  const some = made(secretKeyFile(file));
  const { secret } = await some.begin('Fin');
  expect((await factors.find('fin'))?.secret).toMatch(/^sealed:/);
  expect(JSON.stringify(await factors.list())).not.toContain(secret);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await some.confirm('Fin', codeOf(secret));
  // The same file, read by another process.
  expect(await made(secretKeyFile(file)).use('Fin', codeOf(secret))).toBe(true);
});

test('what an earlier version stored as it is goes on, and is encrypted', async () => {
  const { factors, made, file, codeOf } = await setUp();
  const { secret } = await made().begin('Fin');
  expect((await factors.find('fin'))?.secret).toBe(secret);
  const some = made(secretKeyFile(file));
  await some.confirm('Fin', codeOf(secret));
  await some.sealStored();
  expect((await factors.find('fin'))?.secret).toMatch(/^sealed:/);
  expect(await some.use('Fin', codeOf(secret))).toBe(true);
});

test('without its key a code is no longer right or wrong, and a recovery code signs in', async () => {
  const { factors, made, file, codeOf } = await setUp();
  const some = made(secretKeyFile(file));
  const { secret } = await some.begin('Fin');
  const [recovery = ''] = await some.confirm('Fin', codeOf(secret));
  const other = made(secretKeyFile(join(tempDir(), 'another.key')));
  await expect(other.use('Fin', codeOf(secret))).rejects.toThrow(/another key; put second-factor.key back/);
  expect(await other.use('Fin', recovery)).toBe(true);
  // The secret of one user, put into the row of another, is none.
  const found = await factors.find('fin');
  if (found) await factors.put({ ...found, person: 'ann' });
  await expect(some.use('Ann', codeOf(secret))).rejects.toThrow(/of ann was encrypted with another key/);
});

test('a key that others may read, or that is none, is refused', async () => {
  const { file, made } = await setUp();
  await made(secretKeyFile(file)).begin('Fin');
  const text = await readFile(file, 'utf8');
  const open = join(tempDir(), 'open.key');
  await writeFile(open, text, { mode: 0o644 });
  await expect(secretKeyFile(open)()).rejects.toThrow(/0644: others may use it/);
  await writeFile(file, 'short\n');
  await expect(secretKeyFile(file)()).rejects.toThrow(/is no secret of 32 bytes/);
});
