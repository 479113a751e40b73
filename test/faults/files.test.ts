import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Check } from '../../src/cli/doctor/checks.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { writeConfig } from '../support/config-file.js';
import { startNats } from '../support/nats.js';
import { popSla } from '../support/pop-sla.js';
import { requires } from '../support/requires.js';
import { startRunning } from '../support/running.js';
import { tempDir } from '../support/temp-dir.js';

requires({ built: true });

const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);

async function doctor(changes: object, folder = tempDir()): Promise<(name: string) => Check | undefined> {
  const config = writeConfig(folder, changes);
  const { stdout } = await popSla(['doctor', '--json', '--config', config], { cwd: folder });
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  return (name) => checks.find((one) => one.name === name);
}

describe('relative paths', () => {
  test('relative-paths: start at the folder of the configuration, and the log says so', async () => {
    const folder = tempDir();
    const elsewhere = tempDir();
    const config = writeConfig(folder, { store: { path: './db/own.db' } });
    const shown = await popSla(['config', 'show', '--config', config], { cwd: elsewhere });
    expect(shown.stdout).toContain(`path: ${folder}/db/own.db`);
    expect(shown.stdout).toContain(`folder: ${folder}/db/keys`);
    const running = startRunning({ folder, changes: { store: { path: './db/own.db' } } });
    const line = await running.daemon.waitForLog('its start', ({ msg }) => msg === 'pop-sla is running');
    expect(line).toMatchObject({ config, relativePathsFrom: folder, store: `${folder}/db/own.db` });
  });

  test('earlier-place: data in the working directory, where version 0.1 put it, is found, and it is said', async () => {
    const folder = tempDir();
    const elsewhere = tempDir();
    const before = join(elsewhere, 'db', 'own.db');
    await (await openSqliteStore({ path: before })).close();
    const config = writeConfig(folder, { store: { path: './db/own.db' } });
    const shown = await popSla(['config', 'show', '--config', config], { cwd: elsewhere });
    expect(shown.stdout).toContain(`path: ${before}`);
    const said = await popSla(['doctor', '--config', config], { cwd: elsewhere });
    expect(said.stdout).toMatch(/note +place +store\.path: relative paths start at the folder of/);
    // Once there is one in its place, that is the one.
    await (await openSqliteStore({ path: join(folder, 'db', 'own.db') })).close();
    const then = await popSla(['config', 'show', '--config', config], { cwd: elsewhere });
    expect(then.stdout).toContain(`path: ${folder}/db/own.db`);
  });

  test('which-configuration: a command that was told none says which it took', async () => {
    const folder = tempDir();
    mkdirSync(join(folder, 'config'));
    writeConfig(join(folder, 'config'));
    const { stderr } = await popSla(['config', 'check'], { cwd: folder, env: { PATH: process.env['PATH'] } });
    expect(stderr).toMatch(/^pop-sla: configuration config\/pop-sla\.yaml /);
    const named = await popSla(['config', 'check', '--config', 'config/pop-sla.yaml'], { cwd: folder });
    expect(named.stderr).toBe('');
  });
});

describe('files', () => {
  test('private-files: database and folder are their owner’s alone, under the usual umask', async () => {
    const folder = tempDir();
    const running = startRunning({ folder, prefix: ['sh', '-c', 'umask 022; exec "$@"', 'sh'] });
    await running.round('a round', () => true);
    expect(modeOf(join(folder, 'data'))).toBe('700');
    for (const end of ['', '-wal', '-shm', '.lock']) expect(modeOf(running.database + end), end).toBe('600');
    const copy = join(folder, 'copy.db');
    expect((await popSla(['backup', copy, '--config', running.config])).code).toBe(0);
    expect(modeOf(copy)).toBe('600');
    await running.daemon.stop();
    // One from before keeps its group's rights.
    chmodSync(running.database, 0o644);
    const next = startRunning({ folder });
    await next.round('a round', () => true);
    expect(modeOf(running.database)).toBe('640');
  });

  test('store-below-proc: ends with what is wrong, and does not try for ever', async () => {
    const { daemon } = startRunning({ changes: { store: { path: '/proc/pop-sla/data/pop-sla.db' } } });
    expect(await daemon.ended).toMatchObject({ code: 1 });
    expect(daemon.lines().join('\n')).toMatch(/can't make the folder \/proc\/pop-sla\/data/);
  });
});

describe('a limit of open files', () => {
  requires({ commands: ['prlimit'] });

  test.each(['64', '128'])('few-open-files: %s is refused with what is needed', async (limit) => {
    const prefix = ['prlimit', `--nofile=${limit}:${limit}`];
    const { code, stderr } = await popSla(['--version'], { prefix });
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`may open ${limit} files at a time; allowed: 256 or more`));
  });

  test('few-open-files: a daemon measures with as many as are asked for', async () => {
    const running = startRunning({ prefix: ['prlimit', '--nofile=256:256'] });
    await running.round('a held round', ({ status }) => status === 'ok');
    expect((await running.get('/')).status).toBeLessThan(500);
  });
});

describe('SIGHUP', () => {
  test('agent-by-sighup: another PoP is refused with a reason, and the one from before stays', async () => {
    const folder = tempDir();
    const running = startRunning({ folder });
    await running.daemon.waitForLog('its start', ({ msg }) => msg === 'pop-sla is running');
    writeConfig(folder, { agent: 'SIN' });
    running.daemon.signal('SIGHUP');
    const refused = await running.daemon.waitForLog(
      'the refusal',
      ({ msg }) => msg === 'the new configuration is refused',
    );
    expect(refused['problem']).toMatch(/agent.*SIN.*is another PoP than HKG/);
    expect((await running.get('/metrics')).body).toMatch(/config_last_reload_successful 0/);
    const { slot } = await running.round('a round', () => true);
    await running.round('one after it', ({ path, slot: at }) => path.startsWith('HKG>') && at > slot);
    expect((await running.rounds()).filter(({ path }) => path.startsWith('SIN>'))).toEqual([]);
  });
});

describe('doctor', () => {
  test('doctor-dangling-link: a data folder behind a link to nowhere fails', async () => {
    const folder = tempDir();
    symlinkSync(join(folder, 'unmounted'), join(folder, 'data'));
    expect((await doctor({}, folder))('data folder')).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('which is not there') as unknown,
    });
    const { daemon } = startRunning({ folder });
    expect(await daemon.ended).toMatchObject({ code: 1 });
    expect(daemon.lines().join('\n')).toContain('which is not there');
  });

  test('doctor-own-address: an address or interface that this machine does not have fails', async () => {
    const probe = (options: object) => ({ driver: 'auto', measurement: { probe: options } });
    const source = await doctor(probe({ sourceAddress: '192.0.2.77' }));
    expect(source('own addresses')).toMatchObject({ status: 'fail' });
    expect(source('own addresses')?.detail).toContain('192.0.2.77');
    const device = await doctor(probe({ interface: 'nosuch0' }));
    expect(device('own addresses')?.detail).toContain('nosuch0');
    const pops = [
      { id: 'HKG', ipv4: '192.0.2.11' },
      { id: 'SIN', ipv4: '192.0.2.12' },
    ];
    expect((await doctor({ driver: 'auto', pops }))('own addresses')).toMatchObject({ status: 'note' });
  });

  test('doctor-tls-files: certificates and keys that are missing or none fail', async () => {
    const folder = tempDir();
    writeFileSync(join(folder, 'key.pem'), 'no key\n');
    const of = await doctor({ http: { tls: { cert: 'cert.pem', key: 'key.pem' } } }, folder);
    expect(of('files')).toMatchObject({ status: 'fail' });
    expect(of('files')?.detail).toMatch(/http\.tls\.cert .*cert\.pem: ENOENT[^]*http\.tls\.key .*key\.pem/);
    const tls = join(import.meta.dirname, '..', 'support', 'tls');
    // A checkout lets everybody read its files, which the doctor would remark.
    const key = join(folder, 'right-key.pem');
    copyFileSync(join(tls, 'key.pem'), key);
    chmodSync(key, 0o600);
    const right = await doctor({ http: { tls: { cert: join(tls, 'cert.pem'), key } } });
    expect(right('files')).toMatchObject({ status: 'ok', detail: '2 can be read' });
  });

  test('doctor-hub: needs no packets, and its servers are tried', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    taken.close();
    const of = await doctor({
      role: 'hub',
      driver: 'kernel',
      mesh: { servers: [`nats://127.0.0.1:${port}`] },
    });
    expect(of('sending packets')).toMatchObject({ status: 'ok' });
    expect(of('mesh')).toMatchObject({ status: 'fail' });
    expect(of('mesh')?.detail).toContain('nobody listens there');
  });
});

describe('doctor, with fping', () => {
  test('doctor-packet-options: an option that the program does not know fails', async () => {
    const bin = tempDir();
    const program = join(bin, 'fping');
    writeFileSync(
      program,
      `#!/bin/sh
case "$*" in
*--version*) echo 'fping: Version 4.2' ;;
*'-O '*) echo "fping: invalid option -- 'O'" >&2; exit 3 ;;
*) echo '127.0.0.1 : 0.05' >&2 ;;
esac
`,
    );
    chmodSync(program, 0o755);
    const folder = tempDir();
    const config = writeConfig(folder, { driver: 'fping', measurement: { probe: { dscp: 46 } } });
    const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}` };
    const { stdout } = await popSla(['doctor', '--json', '--config', config], { env });
    const { checks } = JSON.parse(stdout) as { checks: Check[] };
    expect(checks.find(({ name }) => name === 'packet options')).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('dscp') as unknown,
    });
  });
});

describe('doctor, with NATS', () => {
  requires({ commands: ['nats-server'] });

  test('doctor-mesh: says whether the servers let it in and have JetStream', async () => {
    const guarded = await startNats({
      config: 'jetstream {}\nauthorization { user: hub, password: right }\n',
    });
    onTestFinished(() => guarded.stop());
    const folder = tempDir();
    writeFileSync(join(folder, 'password'), 'wrong\n');
    const mesh = { servers: [guarded.url], user: 'hub', passwordFile: 'password' };
    const wrong = await doctor({ role: 'hub', mesh }, folder);
    expect(wrong('mesh')).toMatchObject({ status: 'fail' });
    expect(wrong('mesh')?.detail).toContain('the user hub is not let in');
    writeFileSync(join(folder, 'password'), 'right\n');
    expect((await doctor({ role: 'hub', mesh }, folder))('mesh')).toMatchObject({ status: 'ok' });
    const plain = await startNats({ config: '' });
    onTestFinished(() => plain.stop());
    const without = await doctor({ role: 'hub', mesh: { servers: [plain.url] } });
    expect(without('mesh')).toMatchObject({ status: 'fail' });
    expect(without('mesh')?.detail).toContain('JetStream');
  });
});

test('npm start keeps its data where the readme says: in ./data', () => {
  expect(readFileSync('config/pop-sla.yaml', 'utf8')).toMatch(/^ {2}path: \.\.\/data\/pop-sla\.db/m);
});
