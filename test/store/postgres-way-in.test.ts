import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { parsePostgresUrl } from '../../src/core/address/postgres.js';
import { openPostgresStore } from '../../src/store/postgres/open.js';
import { passwordFor } from '../../src/store/postgres/connect.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { requires } from '../support/requires.js';
import { tempDir } from '../support/temp-dir.js';

const secret = 'pass:word\\1';

const secretFile = (content: string, mode = 0o600): string => {
  const file = join(tempDir(), 'password');
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
};

describe('the password', () => {
  const of = (
    url: string,
    from: { readonly passwordFile?: string; readonly env?: Record<string, string> },
  ) => {
    const address = parsePostgresUrl(url);
    if ('wrong' in address) throw new Error(address.wrong);
    const { passwordFile = null, env = {} } = from;
    // Nothing of whoever runs the test.
    return passwordFor({ address, user: 'ann', passwordFile, env: { PGPASSFILE: secretFile(''), ...env } });
  };
  const lines =
    '# all of it\nother:5432:db:ann:no\n*:*:db:bob:no\n127.0.0.1:*:db:ann:pass\\:word\\\\1\n*:*:*:*:last\n';

  test('comes from the URL, a file of its own, the environment, or a file of many', async () => {
    const env = { PGPASSWORD: 'env', PGPASSFILE: secretFile(lines) };
    expect(await of('postgres://ann:url@127.0.0.1/db', { passwordFile: secretFile('file\n'), env })).toBe(
      'url',
    );
    expect(await of('postgres://ann@127.0.0.1/db', { passwordFile: secretFile('file\n'), env })).toBe('file');
    expect(await of('postgres://ann@127.0.0.1/db', { env })).toBe('env');
    const many = { env: { PGPASSFILE: env.PGPASSFILE } };
    expect(await of('postgres://ann@127.0.0.1/db', many)).toBe(secret);
    expect(await of('postgres://ann@127.0.0.1/elsewhere', many)).toBe('last');
    expect(await of(`postgres://ann@127.0.0.1/db?passfile=${env.PGPASSFILE}`, {})).toBe(secret);
    expect(await of('postgres://ann@127.0.0.1/db', {})).toBeNull();
  });

  test('is not taken from a file that others may read, or that is not there', async () => {
    const open = secretFile('x', 0o644);
    await expect(of('postgres://127.0.0.1/db', { passwordFile: open })).rejects.toThrow(`chmod 0600 ${open}`);
    await expect(of('postgres://127.0.0.1/db', { passwordFile: '/nowhere/p' })).rejects.toThrow(
      "/nowhere/p with the password can't be read (ENOENT)",
    );
  });
});

describe('the way to a server', () => {
  let server: PostgresServer;
  const { beforeAll, afterAll } = requires({ postgres: true });
  beforeAll(async () => {
    server = await startPostgres({ tls: true, guarded: ['guarded'] });
    const client = new pg.Client({ connectionString: `postgres://tester@127.0.0.1:${server.port}/postgres` });
    await client.connect();
    await client.query(`CREATE ROLE guarded LOGIN PASSWORD '${secret}'`);
    await client.query('CREATE DATABASE guarded OWNER guarded');
    await client.end();
  });
  afterAll(async () => {
    await server.stop();
  });
  const url = (behind = '') => `postgres://guarded@127.0.0.1:${server.port}/guarded${behind}`;
  const certificate = join(import.meta.dirname, '../support/tls/cert.pem');

  test('takes a password by file, and says so when there is none or it is wrong', async () => {
    const store = await openPostgresStore({ url: url(), passwordFile: secretFile(secret) });
    expect(await store.runs.latest()).toBeNull();
    await store.close();
    const empty = secretFile('');
    await expect(openPostgresStore({ url: url(`?passfile=${empty}`) })).rejects.toMatchObject({
      name: 'StoreError',
      message: expect.stringContaining(
        'asks for a password, and none is known; give one by a file',
      ) as string,
    });
    await expect(openPostgresStore({ url: url(), passwordFile: secretFile('wrong') })).rejects.toMatchObject({
      name: 'StoreError',
      message: expect.stringContaining('it refuses the user: check name, password') as string,
    });
  });

  test('is secured by TLS, and the server has to be who it should be', async () => {
    const passwordFile = secretFile(secret);
    for (const mode of ['verify-full', 'verify-ca', 'require']) {
      const store = await openPostgresStore({
        url: url(`?sslmode=${mode}&sslrootcert=${certificate}`),
        passwordFile,
      });
      await store.close();
    }
    await (await openPostgresStore({ url: url('?sslmode=require'), passwordFile })).close();
    await expect(openPostgresStore({ url: url('?sslmode=verify-full'), passwordFile })).rejects.toMatchObject(
      {
        name: 'StoreError',
        message: expect.stringMatching(/can't be trusted \([^)]+\); .*sslrootcert=FILE/) as string,
      },
    );
    await expect(
      openPostgresStore({ url: url('?sslmode=require&sslrootcert=/nowhere/ca.pem'), passwordFile }),
    ).rejects.toThrow("/nowhere/ca.pem, which the address of the database names, can't be read (ENOENT)");
  });
});
