import { spawn } from 'node:child_process';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { popSla } from '../../support/pop-sla.js';
import { builtMain, requires } from '../../support/requires.js';
import { tempDir } from '../../support/temp-dir.js';

const initArgs = ['mesh', 'init', '--hub', 'nats.example.net,192.0.2.9', '--agents', 'SIN=192.0.2.11,FRA'];

async function madeMesh(): Promise<string> {
  const folder = tempDir();
  expect(await popSla(initArgs, { cwd: folder })).toMatchObject({ code: 0, stderr: '' });
  return folder;
}

const filesOf = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
const contentOf = (folder: string) =>
  Object.fromEntries(filesOf(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
const certificate = (mesh: string) => new X509Certificate(readFileSync(join(mesh, 'nats/server.pem')));
const keyFits = (mesh: string) =>
  certificate(mesh).checkPrivateKey(createPrivateKey(readFileSync(join(mesh, 'nats/server.key'))));

/**
 * Runs the command again and again, and kills it without warning at the first change of the folder, at the second, and
 * so on, until it ends by itself; `look` is called each time.
 */
async function killedAtEachChange(
  args: readonly string[],
  prepare: () => { cwd: string; watched: string },
  look: () => void,
  step: number = 1,
): Promise<number> {
  for (let at = 1; ; at += step) {
    const { cwd, watched } = prepare();
    let changes = 0;
    const watcher = watch(watched, { recursive: true });
    const child = spawn(process.execPath, [builtMain, ...args], { cwd, stdio: 'ignore' });
    watcher.on('change', () => {
      changes += 1;
      if (changes === at) child.kill('SIGKILL');
    });
    const signal = await new Promise((resolve) =>
      child.once('close', (_, by) => {
        resolve(by);
      }),
    );
    watcher.close();
    look();
    if (signal === null) return at;
  }
}

describe('mesh init', () => {
  requires({ built: true, commands: ['openssl'] });

  test('goes into a new folder only: what is in use stays as it was', async () => {
    const folder = tempDir();
    for (const prepare of [
      (mesh: string) => {
        mkdirSync(mesh);
      },
      (mesh: string) => {
        writeFileSync(join(mesh, 'mine'), 'mine');
      },
      (mesh: string) => {
        rmSync(mesh, { recursive: true });
        writeFileSync(mesh, 'a file');
      },
    ]) {
      prepare(join(folder, 'mesh'));
      const refused = await popSla(initArgs, { cwd: folder });
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain('mesh exists already; allowed: a new folder');
      expect(readdirSync(folder)).toEqual(['mesh']);
    }
    expect(readFileSync(join(folder, 'mesh'), 'utf8')).toBe('a file');
    const made = await madeMesh();
    const before = contentOf(made);
    expect(await popSla(initArgs, { cwd: made })).toMatchObject({ code: 2, stdout: '' });
    expect(contentOf(made)).toEqual(before);
  });

  test('makes the whole folder or none, whenever it is killed, and the next one clears up', async () => {
    const whole = filesOf(await madeMesh());
    let cwd = '';
    const kills = await killedAtEachChange(
      initArgs,
      () => {
        cwd = tempDir();
        return { cwd, watched: cwd };
      },
      () => {
        if (existsSync(join(cwd, 'mesh'))) expect(filesOf(cwd)).toEqual(whole);
      },
      7,
    );
    expect(kills).toBeGreaterThan(2);
    const left = join(tempDir(), 'left');
    mkdirSync(join(left, 'mesh.partial-4194305'), { recursive: true });
    writeFileSync(join(left, 'mesh.partial-4194305', 'ca.key'), 'a secret');
    expect(await popSla(initArgs, { cwd: left })).toMatchObject({ code: 0 });
    expect(readdirSync(left)).toEqual(['mesh']);
  }, 300_000);
});

describe('mesh join', () => {
  requires({ built: true, commands: ['openssl'] });

  test('the configuration comes last, whenever it is killed, and the next one ends what was begun', async () => {
    const mesh = join(await madeMesh(), 'mesh');
    let to = '';
    const bundle = join(mesh, 'agents', 'SIN');
    const run = ['mesh', 'join', bundle, '--to', 'etc'];
    const kills = await killedAtEachChange(
      run,
      () => {
        const cwd = tempDir();
        to = join(cwd, 'etc');
        mkdirSync(to);
        return { cwd, watched: to };
      },
      () => {
        const there = filesOf(to).filter((name) => !name.includes('.partial-'));
        if (there.includes('agent.yaml')) expect(there).toEqual(['SIN.nkey', 'agent.yaml', 'mesh-ca.pem']);
        for (const name of there)
          expect(readFileSync(join(to, name), 'utf8')).toBe(readFileSync(join(bundle, name), 'utf8'));
      },
    );
    expect(kills).toBeGreaterThan(2);
    rmSync(join(to, 'agent.yaml'));
    for (const name of ['SIN.nkey.partial-4194305', 'agent.yaml.partial-4194305', 'mine.partial-4194305'])
      writeFileSync(join(to, name), 'half');
    expect(await popSla(run, { cwd: join(to, '..') })).toMatchObject({ code: 0 });
    expect(filesOf(to)).toEqual(['SIN.nkey', 'agent.yaml', 'mesh-ca.pem', 'mine.partial-4194305']);
  }, 300_000);
});

describe('mesh renew', () => {
  requires({ built: true, commands: ['openssl'] });

  test('makes another certificate for the same names and key, by the same authority', async () => {
    const folder = await madeMesh();
    const mesh = join(folder, 'mesh');
    const before = contentOf(mesh);
    const old = certificate(mesh);
    const done = await popSla(['mesh', 'renew'], { cwd: folder });
    expect(done).toMatchObject({ code: 0, stderr: '' });
    const renewed = certificate(mesh);
    expect(done.stdout).toBe(
      `mesh/nats/server.pem is made anew, valid until ${renewed.validToDate.toISOString().slice(0, 10)}; copy it to the ` +
        'server, and tell it: systemctl reload nats-server\n',
    );
    expect(renewed.serialNumber).not.toBe(old.serialNumber);
    expect(renewed.subjectAltName).toBe('DNS:nats.example.net, IP Address:192.0.2.9');
    expect(renewed.subjectAltName).toBe(old.subjectAltName);
    const authority = createPublicKey(
      new X509Certificate(before['ca/ca.pem'] ?? '').publicKey.export({ type: 'spki', format: 'pem' }),
    );
    expect(renewed.verify(authority)).toBe(true);
    expect(keyFits(mesh)).toBe(true);
    expect(contentOf(mesh)).toEqual({ ...before, 'nats/server.pem': renewed.toString() });

    rmSync(join(mesh, 'nats/server.key'));
    expect(await popSla(['mesh', 'renew'], { cwd: folder })).toMatchObject({ code: 0 });
    expect(readFileSync(join(mesh, 'nats/server.key'), 'utf8')).not.toBe(before['nats/server.key']);
    expect(statSync(join(mesh, 'nats/server.key')).mode & 0o777).toBe(0o600);
    expect(keyFits(mesh)).toBe(true);
  });

  test('key and certificate belong together, whenever it is killed', async () => {
    const folder = await madeMesh();
    const mesh = join(folder, 'mesh');
    const kills = await killedAtEachChange(
      ['mesh', 'renew'],
      () => ({ cwd: folder, watched: mesh }),
      () => {
        expect(keyFits(mesh)).toBe(true);
      },
    );
    expect(kills).toBeGreaterThan(1);
    expect(await popSla(['mesh', 'renew'], { cwd: folder })).toMatchObject({ code: 0 });
  }, 300_000);

  test('needs the folder with its authority', async () => {
    const folder = await madeMesh();
    rmSync(join(folder, 'mesh', 'ca'), { recursive: true });
    const before = contentOf(folder);
    const refused = await popSla(['mesh', 'renew'], { cwd: folder });
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(
      /mesh\/ca\/ca\.pem can't be read \(ENOENT\); allowed: a folder of pop-sla mesh init/,
    );
    expect(contentOf(folder)).toEqual(before);
  });
});
