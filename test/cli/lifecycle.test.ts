import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { must } from '../lab/command.js';
import { keyFolder } from '../../src/seal/keys.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { runCli } from '../support/cli.js';
import { quickConfig } from '../support/quick-config.js';
import { round, slot } from '../support/rounds.js';
import { tempDir } from '../support/temp-dir.js';

const halfHour = 1_800_000;
const now = () => slot + 3 * halfHour;

/** Everything that a daemon may have on its disk: its configuration's name. */
async function installation(): Promise<{
  readonly folder: string;
  readonly config: string;
  readonly files: string[];
}> {
  const folder = tempDir();
  const config = quickConfig(folder);
  const customers = join(folder, 'customers.yaml');
  writeFileSync(customers, 'customers: []\nsites: []\nlines: []\nservices: []\n');
  appendFileSync(config, `customers: customers.yaml\nkeys: { folder: ${join(folder, 'keys')} }\n`);
  await keyFolder(join(folder, 'keys')).make();
  const database = join(folder, 'data', 'pop-sla.db');
  const store = await openSqliteStore({ path: database });
  await Promise.all([0, 1].map((n) => store.rounds.put(round({ slot: slot + n * halfHour }))));
  await store.close();
  const kept = join(folder, 'data', 'mesh-config.json');
  writeFileSync(kept, 'what the hub said last');
  const keys = readdirSync(join(folder, 'keys')).map((name) => join(folder, 'keys', name));
  return { folder, config, files: [config, customers, ...keys, kept, database] };
}

async function backedUp() {
  const made = await installation();
  const archive = join(tempDir(), 'backup.tar');
  const run = await runCli(['backup', archive, '--config', made.config], { now });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  return { ...made, archive, run };
}

describe('a backup', () => {
  test('has everything, for its owner alone, and any tar can list it', async () => {
    const { archive, run, files } = await backedUp();
    for (const file of files) expect(run.stdout).toContain(file);
    expect(run.stdout).toMatch(/backup\.tar: \d+ bytes, complete and checked\n$/);
    expect(statSync(archive).mode & 0o777).toBe(0o600);
    expect(must(['tar', '-tf', archive]).split('\n')).toEqual([
      'manifest.json',
      ...files.map((_, n) => `files/${n + 1}`),
      'manifest.sha256',
      '',
    ]);
    expect(readdirSync(dirname(archive))).toEqual(['backup.tar']);
  });

  test('is restored on a machine that lost everything, byte for byte, with its modes', async () => {
    const { folder, archive, config, files } = await backedUp();
    const before = files.map((file) => ({ mode: statSync(file).mode, text: readFileSync(file) }));
    renameSync(folder, `${folder}-lost`);
    mkdirSync(folder);
    const run = await runCli(['restore', archive]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/: restored\n$/);
    for (const [n, file] of files.entries()) {
      expect(statSync(file).mode, file).toBe(before[n]?.mode);
      // The database is copied by SQLite, and its journal is in it by then.
      if (!file.endsWith('.db'))
        expect(readFileSync(file).equals(before[n]?.text ?? Buffer.of()), file).toBe(true);
    }
    const rounds = await runCli(['rounds', '--json', '--config', config]);
    expect((JSON.parse(rounds.stdout) as { rounds: unknown[] }).rounds).toHaveLength(2);
    must(['rm', '-rf', `${folder}-lost`]);
  });

  test('never overwrites: with one file in the way nothing is restored', async () => {
    const { archive, files } = await backedUp();
    const root = tempDir();
    expect(await runCli(['restore', archive, '--root', root])).toMatchObject({ code: 0 });
    for (const file of files) expect(existsSync(join(root, file)), file).toBe(true);
    const again = await runCli(['restore', archive]);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain(`${files[0] ?? ''}, `);
    expect(again.stderr).toContain('would be overwritten; allowed: a machine without them');
  });

  test.each([0, 600, 1_600, -1_500, -2_000])('with the byte at %i changed is refused whole', async (at) => {
    const { archive } = await backedUp();
    const bytes = readFileSync(archive);
    const place = at < 0 ? bytes.length + at : at;
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    writeFileSync(archive, bytes);
    const root = join(tempDir(), 'root');
    const run = await runCli(['restore', archive, '--root', root]);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(/^pop-sla: .*backup\.tar/);
    expect(existsSync(root)).toBe(false);
  });

  test.each([0, 100, 5_000])('of which %i bytes are left is refused', async (bytes) => {
    const { archive } = await backedUp();
    writeFileSync(archive, readFileSync(archive).subarray(0, bytes));
    const run = await runCli(['restore', archive, '--root', tempDir()]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/is no backup of pop-sla|is not whole/);
  });

  test('is remembered by doctor', async () => {
    const { config } = await backedUp();
    const look = async (at: number) => {
      const { stdout } = await runCli(['doctor', '--json', '--config', config], { now: () => at });
      const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string; detail: string }[] };
      return checks.find(({ name }) => name === 'backup');
    };
    expect(await look(now() + 86_400_000)).toMatchObject({
      status: 'ok',
      detail: expect.stringMatching(/^the last one is 1 days old: .*backup\.tar$/) as string,
    });
    expect(await look(now() + 8 * 86_400_000)).toMatchObject({ status: 'note' });
    const none = await runCli(['doctor', '--config', quickConfig(tempDir())]);
    expect(none.stdout).toMatch(/note +backup +none is known of this database\n +-> pop-sla backup FILE/);
  });
});

describe('status', () => {
  test('tells in ten lines how a daemon is', async () => {
    const { config, folder } = await installation();
    const store = await openSqliteStore({ path: join(folder, 'data', 'pop-sla.db') });
    const id = await store.runs.begin('0.0.9', now() - 2 * 3_600_000);
    await store.runs.beat(id, now());
    await store.close();
    const run = await runCli(['status', '--config', config], { now });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const lines = run.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(10);
    const of = (name: string) =>
      lines
        .find((line) => line.startsWith(name))
        ?.slice('rounds today'.length)
        .trim();
    expect(of('version')).toMatch(/; the daemon's is 0\.0\.9$/);
    expect(of('role')).toBe('standalone, LAB1, 2 paths');
    expect(of('running')).toMatch(/^since 2026-10-1[01] \d\d:\d\d:\d\d UTC \(2 h\)$/);
    expect(of('rounds today')).toMatch(/^2 held of \d+ due$/);
    expect(of('ports down')).toBe('none');
    expect(of('last month')).toBe('2026-09: not closed, 0 sealed, 0 drafts');
    expect(of('last backup')).toBe('none known');
  });

  test('of one that was killed, and of none, says so', async () => {
    const { config, folder } = await installation();
    const store = await openSqliteStore({ path: join(folder, 'data', 'pop-sla.db') });
    await store.runs.begin('0.0.9', now() - 2 * 3_600_000);
    await store.close();
    expect((await runCli(['status', '--config', config], { now })).stdout).toMatch(
      /^running +no: not heard of since /m,
    );
    const none = await runCli(['status', '--config', quickConfig(tempDir())]);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('there is no database');
  });
});
