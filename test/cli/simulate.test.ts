import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fakeSignals, runCli } from '../support/cli.js';
import { tempDir } from '../support/temp-dir.js';

const now = () => Date.parse('2026-10-11T00:00:00Z');

describe('what can not be simulated is refused in one line, before anything is made', () => {
  test.each([
    [['--pops', '2'], '--pops: 2 is out of range; allowed: a whole number from 3 to 24'],
    [['--pops', '99'], '--pops: 99 is out of range; allowed: a whole number from 3 to 24'],
    [['--months', '0'], '--months: 0 is out of range; allowed: a whole number from 1 to 36'],
    [
      ['--seed', '4294967296'],
      '--seed: 4294967296 is out of range; allowed: a whole number from 0 to 4294967295',
    ],
    [['--services', '5001'], '--services: 5001 is out of range; allowed: a whole number from 0 to 5000'],
    [['--until', '2026-10-12'], '--until: 2026-10-12 lies in the future; allowed: a day until 2026-10-11'],
    [
      ['--until', '2024-06-01', '--months', '2'],
      '--months: 2 months before 2024-06-01 is 2024-04-01, before the plan that judges them; allowed: a history from 2024-05-01 on',
    ],
  ])('%j', async (args, said) => {
    const folder = tempDir();
    const run = await runCli(['simulate', '--db', join(folder, 'x.db'), ...args], { now });
    expect(run).toEqual({ code: 2, stdout: '', stderr: `pop-sla: ${said}\n` });
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    [['--seed', '-1'], 'allowed: a whole number of seed'],
    [['--pops', 'many'], 'allowed: a whole number of pops'],
    [['--until', '2026-02-30'], 'allowed: a day of the calendar, as 2026-10-01'],
    [['--packets', 'some'], 'Allowed choices are none, last-month, all'],
  ])('%j', async (args, said) => {
    const run = await runCli(['simulate', '--db', join(tempDir(), 'x.db'), ...args], { now });
    expect(run.code).toBe(2);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
    expect(run.stderr).toContain(said);
  });

  test.each(['x.db', 'x.yaml', 'x.customers.yaml'])('%s is there already', async (name) => {
    const folder = tempDir();
    writeFileSync(join(folder, name), 'mine');
    const run = await runCli(['simulate', '--db', join(folder, 'x.db')], { now });
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(`${join(folder, name)} is there already; allowed: a new file`);
    expect(readdirSync(folder)).toEqual([name]);
  });

  test('a folder that is a file, and a configuration that is the database', async () => {
    const folder = tempDir();
    writeFileSync(join(folder, 'file'), '');
    const inFile = await runCli(['simulate', '--db', join(folder, 'file', 'x.db')], { now });
    expect(inFile.code).toBe(2);
    expect(inFile.stderr).toContain('is no folder');
    const same = join(folder, 'x.db');
    const twice = await runCli(['simulate', '--db', same, '--config-out', same], { now });
    expect(twice.code).toBe(2);
    expect(twice.stderr).toContain('the files are the same');
  });
});

test('Ctrl-C ends it in one line, and nothing is left', async () => {
  const folder = tempDir();
  const signals = fakeSignals();
  const running = runCli(['simulate', '--pops', '3', '--months', '1', '--db', join(folder, 'x.db')], {
    now,
    onSignal: signals.onSignal,
  });
  const started = (): boolean => readdirSync(folder).some((name) => name.includes('.simulating'));
  while (!started()) await new Promise(setImmediate);
  signals.send('SIGINT');
  const run = await running;
  expect(run).toEqual({
    code: 1,
    stdout: '',
    stderr: 'pop-sla: ended by a signal; nothing was left behind\n',
  });
  expect(readdirSync(folder)).toEqual([]);
  expect(existsSync(join(folder, 'x.db'))).toBe(false);
  expect(signals.listening('SIGINT')).toBe(0);
});

test('says what it made, and the other commands work on it', { timeout: 120_000 }, async () => {
  const folder = tempDir();
  const database = join(folder, 'demo', 'b.db');
  const asked = [
    '--pops',
    '3',
    '--months',
    '1',
    '--until',
    '2026-03-01',
    '--services',
    '3',
    '--packets',
    'none',
  ];
  const made = await runCli(['simulate', '--db', database, ...asked], { now });
  expect(made.code).toBe(0);
  const [first, ...files] = made.stdout.trim().split('\n');
  expect(first).toMatch(/b\.db: \d{4} rounds of 3 PoPs until 2026-03-01, \d+ bytes$/);
  expect(files).toEqual([
    `${join(folder, 'demo', 'b.yaml')}: its configuration`,
    `${join(folder, 'demo', 'b.customers.yaml')}: its customers`,
  ]);
  expect(made.stderr).toMatch(/^\d+\.\d s, \d+ rounds\/s\n$/);
  expect(readFileSync(join(folder, 'demo', 'b.yaml'), 'utf8')).toContain(
    '#   pop-sla simulate --pops 3 --months 1 --seed 7 --services 3 --until 2026-03-01 --packets none',
  );
  const config = ['--config', join(folder, 'demo', 'b.yaml')];
  expect((await runCli(['config', 'check', ...config], { now })).code).toBe(0);
  expect((await runCli(['rounds', '--limit', '1', ...config], { now })).stdout).toContain('FRA>HKG');
  const month = await runCli(['availability', '--month', '2026-02', ...config], { now });
  expect(month.stdout).toContain('harbour-bank-sin-1');
  expect((await runCli(['audit', 'verify', ...config], { now })).code).toBe(0);
});
