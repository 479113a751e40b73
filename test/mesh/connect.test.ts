import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nkeys } from '@nats-io/transport-node';
import { afterEach, describe, expect, it } from 'vitest';
import type { MeshConfig } from '../../src/config/sections/mesh.js';
import { systemClock } from '../../src/engine/clock.js';
import { connectMesh, keepConnecting } from '../../src/mesh/connect.js';
import { freePort } from '../support/free-port.js';
import { keptLog } from '../support/log.js';
import { startNats, useNats } from '../support/nats.js';
import { requires } from '../support/requires.js';
import { root } from '../support/source-files.js';
import { tempDir } from '../support/temp-dir.js';
import { meshOf } from './support.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const tls = join(root, 'test/support/tls');
const user = nkeys.createUser();

describe('to a server that asks who is there', () => {
  const server = useNats(() => ({
    config: `
      tls { cert_file: "${tls}/cert.pem", key_file: "${tls}/key.pem" }
      authorization { users: [
        { user: HKG, password: hunter2 }
        { nkey: ${user.getPublicKey()} }
      ] }`,
  }));
  const mesh = (over: Partial<MeshConfig>): MeshConfig =>
    meshOf(server().url, {
      tls: { ca: `${tls}/cert.pem`, cert: null, key: null },
      ...over,
    });
  const open = async (over: Partial<MeshConfig>): Promise<string | undefined> => {
    const connection = await connectMesh({ mesh: mesh(over), name: 'agent HKG', agent: 'HKG' });
    closing.push(() => connection.close());
    return connection.info?.server_id;
  };
  const password = (text: string): Partial<MeshConfig> => {
    const passwordFile = join(tempDir(), 'password');
    writeFileSync(passwordFile, text);
    return { login: { kind: 'password', user: 'HKG', passwordFile } };
  };

  it('comes in with a password', async () => {
    await expect(open(password('hunter2\n'))).resolves.toMatch(/^N/);
  });

  it('comes in with the seed of an NKey', async () => {
    const seedFile = join(tempDir(), 'seed');
    writeFileSync(seedFile, user.getSeed());
    await expect(open({ login: { kind: 'nkey', seedFile } })).resolves.toMatch(/^N/);
  });

  it('is told when the password is wrong, and not what it is', async () => {
    await expect(open(password('wrong'))).rejects.toThrow(
      /^mesh\.servers nats:\/\/127\.0\.0\.1:\d+: the user HKG is not let in; allowed: what mesh\.user/,
    );
  });

  it('is told when the server’s certificate is of nobody it knows', async () => {
    await expect(open({ ...password('hunter2'), tls: { ca: null, cert: null, key: null } })).rejects.toThrow(
      /^mesh\.servers nats:.*: TLS: self[- ]signed certificate.*; allowed: a certificate of mesh\.tls\.ca/,
    );
  });

  it.each([
    [
      { kind: 'password', user: 'HKG', passwordFile: '/nowhere' },
      /^mesh\.passwordFile \/nowhere: can't be read \(ENOENT\); allowed: a password/,
    ],
    [
      { kind: 'nkey', seedFile: `${tls}/cert.pem` },
      /^mesh\.nkeySeedFile .*: is not one; allowed: the seed of a user’s NKey/,
    ],
    [{ kind: 'creds', file: `${tls}/cert.pem` }, /^mesh\.credsFile .*: is not one; allowed: a \.creds file/],
  ] as const)('is told when a file is not what it should be: %o', async (login, message) => {
    await expect(open({ login })).rejects.toThrow(message);
  });
});

describe('to a server that is not there', () => {
  it('says so', async () => {
    const mesh = meshOf(`nats://127.0.0.1:${await freePort()}`);
    await expect(connectMesh({ mesh, name: 'agent HKG', agent: 'HKG' })).rejects.toThrow(
      /nobody listens there; allowed: a nats-server of the mesh$/,
    );
  });

  it('gives up when it is told to', async () => {
    const mesh = meshOf(`nats://127.0.0.1:${await freePort()}`);
    const ended = new AbortController();
    const { log, lines } = keptLog();
    const connecting = keepConnecting(
      { mesh, name: 'x', agent: 'HKG', clock: systemClock, log },
      ended.signal,
    );
    await expect.poll(() => lines.length, { timeout: 30_000 }).toBe(1);
    ended.abort();
    await expect(connecting).resolves.toBeNull();
  });
});

describe('to a server that comes later', () => {
  requires({ commands: ['nats-server'] });

  it('is made when it is there, and again when it was killed', async () => {
    const port = await freePort();
    const mesh = meshOf(`nats://127.0.0.1:${port}`);
    const ended = new AbortController();
    const { log, lines } = keptLog();
    const connecting = keepConnecting(
      { mesh, name: 'x', agent: 'HKG', clock: systemClock, log },
      ended.signal,
    );
    await expect.poll(() => lines.length, { timeout: 30_000 }).toBe(1);
    const server = await startNats({ port });
    closing.push(() => server.stop());
    const connection = await connecting;
    closing.push(async () => connection?.close());
    await server.kill();
    await server.start();
    await expect.poll(() => lines.at(-1)?.message, { timeout: 60_000 }).toMatch(/the mesh is reached again/);
  });
});
