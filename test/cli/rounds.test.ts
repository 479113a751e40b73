import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Round } from '../../src/core/measurement/round.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { runCli } from '../support/cli.js';
import { quickConfig } from '../support/quick-config.js';
import { round, slot } from '../support/rounds.js';
import { tempDir } from '../support/temp-dir.js';

const halfHour = 1_800_000;

/** A config whose database has these rounds. */
async function stored(rounds: readonly Round[]): Promise<string> {
  const folder = tempDir();
  const store = await openSqliteStore({ path: join(folder, 'data', 'pop-sla.db') });
  await Promise.all(rounds.map((one) => store.rounds.put(one)));
  await store.rounds.putMissing([{ path: 'LAB1>LAB3', slot, reason: 'stopped' }]);
  await store.close();
  return quickConfig(folder);
}

const three = [0, 1, 2].map((n) => round({ slot: slot + n * halfHour }));
const slots = (text: string): string[] =>
  (JSON.parse(text) as { rounds: { slot: string; path: string }[] }).rounds.map(
    (one) => `${one.slot} ${one.path}`,
  );

describe('rounds', () => {
  test('prints a table, newest first', async () => {
    const run = await runCli(['rounds', '--config', await stored(three)]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    await expect(run.stdout).toMatchFileSnapshot('../golden/rounds-command.txt');
  });

  test('prints JSON by path and time', async () => {
    const config = ['--json', '--config', await stored(three)];
    const all = await runCli(['rounds', ...config]);
    expect(slots(all.stdout)).toEqual([
      '2026-10-11T01:00:00Z LAB1>LAB2',
      '2026-10-11T00:30:00Z LAB1>LAB2',
      '2026-10-11T00:00:00Z LAB1>LAB2',
      '2026-10-11T00:00:00Z LAB1>LAB3',
    ]);
    const some = await runCli(['rounds', '--path', 'LAB1>LAB2', '--to', '2026-10-11T00:30Z', ...config]);
    expect(slots(some.stdout)).toEqual(['2026-10-11T00:00:00Z LAB1>LAB2']);
    const none = await runCli(['rounds', '--from', '2026-10-12', ...config]);
    expect(slots(none.stdout)).toEqual([]);
  });

  test('prints CSV', async () => {
    const run = await runCli(['rounds', '--csv', '--limit', '2', '--config', await stored(three)]);
    const lines = run.stdout.split('\r\n');
    expect(lines[0]).toMatch(/^path,slot,status,/);
    expect(lines).toHaveLength(1 + 2 * 3 + 1);
  });

  test('prints the newest 20, or everything from an instant on, in more than one page', async () => {
    const many = Array.from({ length: 1_030 }, (_, n) => round({ slot: slot + n * halfHour, sizes: [] }));
    const config = await stored(many);
    const newest = await runCli(['rounds', '--json', '--config', config]);
    expect(slots(newest.stdout)).toHaveLength(20);
    const all = await runCli(['rounds', '--json', '--from', '2026-10-11', '--config', config]);
    expect(new Set(slots(all.stdout)).size).toBe(1_031);
    const csv = await runCli(['rounds', '--csv', '--from', '2026-10-11', '--config', config]);
    expect(csv.stdout.split('\r\n').filter((line) => line.startsWith('path,'))).toHaveLength(1);
    expect(csv.stdout.trimEnd().split('\r\n')).toHaveLength(1 + 1_031);
  });

  test('has colours on a terminal only, and not where NO_COLOR is set', async () => {
    const config = await stored(three);
    const on = async (env: Record<string, string>, isTTY: boolean) => {
      const text: string[] = [];
      const stdout = { isTTY, columns: 120, write: (part: string) => text.push(part) };
      await runCli(['rounds', '--config', config], { stdout, env });
      return text.join('').includes('\u001b[');
    };
    expect(await on({}, true)).toBe(true);
    expect(await on({ NO_COLOR: '1' }, true)).toBe(false);
    expect(await on({}, false)).toBe(false);
  });

  test.each([
    [['--path', 'LAB1'], /--path <path>.* 'LAB1' is invalid\. allowed: SOURCE>DESTINATION, in quotes/],
    [['--limit', '0'], /--limit <n>.* '0' is invalid\. allowed: a whole number from 1 on/],
    [['--from', 'yesterday'], /--from: 'yesterday' is not a date or an instant; allowed: /],
    [['--from', '2026-10-02', '--to', '2026-10-01'], /--to must be after --from/],
    [['--json', '--csv'], /'--json' cannot be used with option '--csv'/],
    [['LAB1>LAB2'], /too many arguments/],
  ])('refuses %j in one line', async (args, message) => {
    const run = await runCli(['rounds', ...args]);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(message);
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('makes no database where none is', async () => {
    const folder = tempDir();
    const run = await runCli(['rounds', '--config', quickConfig(folder)]);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toContain('there is no database');
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  test('refuses a file that is no database, and says what to do', async () => {
    const folder = tempDir();
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'pop-sla.db'), 'this is no database'.repeat(1_000));
    const run = await runCli(['rounds', '--config', quickConfig(folder)]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('pop-sla backup FILE');
  });
});

describe('backup', () => {
  test('makes a whole copy that can take the place of the database', async () => {
    const config = await stored(three);
    const copy = join(tempDir(), 'copy.db');
    const run = await runCli(['backup', copy, '--config', config]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/copy\.db: \d+ bytes, complete and checked\n$/);
    const store = await openSqliteStore({ path: copy, readOnly: true });
    expect(await store.rounds.list({ limit: 10 })).toHaveLength(4);
    await store.close();
  });

  test('never writes over a file', async () => {
    const copy = join(tempDir(), 'copy.db');
    writeFileSync(copy, 'precious');
    const run = await runCli(['backup', copy, '--config', await stored(three)]);
    expect(run).toEqual({
      code: 2,
      stdout: '',
      stderr: `pop-sla: ${copy} is there already; allowed: a new file\n`,
    });
  });

  test('says where it can not write', async () => {
    const run = await runCli(['backup', '/nowhere/copy.db', '--config', await stored(three)]);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toContain('/nowhere/copy.db');
  });
});
