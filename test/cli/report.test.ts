import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { reportCsvColumns } from '../../src/render/report/csv.js';
import { runCli } from '../support/cli.js';
import { november } from '../support/ledger.js';
import { statedOctober } from '../support/statements.js';

async function setUp() {
  const { store, file, folder } = await statedOctober();
  await store.close();
  const cwd = join(folder, 'reports');
  mkdirSync(cwd);
  const run = (args: readonly string[], tty = false) => {
    const written: (string | Uint8Array)[] = [];
    const stdout = {
      write: (text: string | Uint8Array) => written.push(text),
      isTTY: tty,
    };
    return runCli(['report', '--config', file, ...args], { cwd, now: () => november, stdout }).then(
      ({ code, stderr }) => ({
        code,
        stderr,
        stdout: Buffer.concat(written.map((each) => Buffer.from(each))),
      }),
    );
  };
  return { run, cwd };
}

const october = ['--month', '2026-10'];

describe('pop-sla report', () => {
  test('prints the month as JSON', async () => {
    const { run } = await setUp();
    const { code, stdout, stderr } = await run(october);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout.toString())).toMatchObject({
      format: 'pop-sla-report/1',
      month: '2026-10',
      state: 'draft',
      totals: [{ currency: 'HKD', statements: 2 }],
      statements: [{ document: { service: 'other' } }, { document: { service: 'single' }, seal: null }],
    });
  });

  const starts = [
    ['csv', 'format,statement,month'],
    ['html', '<!doctype html>'],
    ['xlsx', 'PK'],
    ['pdf', '%PDF-1.7'],
  ] as const;
  test('writes each format whole, under the name that was given', async () => {
    const { run, cwd } = await setUp();
    const args = [...october, '--service', 'single', '--lang', 'zh-TW'];
    for (const [format, start] of starts) {
      const { code, stdout, stderr } = await run([...args, '-o', `mine.${format}`]);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout.toString()).toMatch(/^mine\.\w+: \d+ bytes, 1 statement, 1 not sealed\n$/);
      const content = readFileSync(join(cwd, `mine.${format}`));
      expect(content.subarray(0, 60).toString()).toContain(start);
    }
    expect(readdirSync(cwd).sort()).toEqual(['mine.csv', 'mine.html', 'mine.pdf', 'mine.xlsx']);
  });

  test('gives a file in a folder its own name', async () => {
    const { run, cwd } = await setUp();
    const { stdout } = await run([...october, '--service', 'single', '-o', '.', '--format', 'csv']);
    expect(stdout.toString()).toContain('sla-2026-10-service-single-draft.csv: ');
    expect(readdirSync(cwd)).toEqual(['sla-2026-10-service-single-draft.csv']);
  });

  test('makes a summary, and names its columns', async () => {
    const { run, cwd } = await setUp();
    const { stdout } = await run([...october, '--summary', '-o', '.', '--format', 'csv']);
    expect(stdout.toString()).toContain('sla-2026-10-all-summary-draft.csv: ');
    const lines = readFileSync(join(cwd, 'sla-2026-10-all-summary-draft.csv'), 'utf8').trim().split('\r\n');
    expect(lines).toHaveLength(3);
    const columns = (await run(['--summary', '--columns'])).stdout.toString().trim().split('\n');
    expect(columns.map((line) => line.split(' ')[0])).toEqual(lines[0]?.split(','));
  });

  test('gives bytes to a pipe, and none to a terminal', async () => {
    const { run } = await setUp();
    const piped = await run([...october, '--format', 'pdf', '--service', 'single']);
    expect(piped.stdout.subarray(0, 5).toString()).toBe('%PDF-');
    const shown = await run([...october, '--format', 'pdf'], true);
    expect([shown.code, shown.stdout.toString(), shown.stderr]).toEqual([
      ...[2, '', 'pop-sla: --format: pdf is nothing for a terminal; allowed: -o FILE, or a pipe\n'],
    ]);
    expect((await run([...october, '--format', 'csv'], true)).code).toBe(0);
  });

  test('what can not be written leaves what was there', async () => {
    const { run, cwd } = await setUp();
    writeFileSync(join(cwd, 'there.csv'), 'mine');
    const { code, stderr } = await run([...october, '-o', 'none/there.csv']);
    expect([code, stderr]).toEqual([
      1,
      "pop-sla: --output: none/there.csv can't be written (ENOENT); allowed: a file in a folder that may be written\n",
    ]);
    const bad = await run(['--month', '2025-10', '-o', 'there.csv']);
    expect(bad.code).toBe(2);
    expect(readFileSync(join(cwd, 'there.csv'), 'utf8')).toBe('mine');
    expect(readdirSync(cwd)).toEqual(['there.csv']);
  });

  const refused = [
    [[], '--month: is missing; allowed: a month, as 2026-10'],
    [['--month', '2026-1'], 'allowed: a month from 1970-01 on, as 2026-10'],
    [['--month', '2025-10'], 'month: 2025-10 is no month of any service; allowed: a month from 2026-01 on'],
    [[...october, '--service', 'x'], 'service: x is no service; allowed: other, single'],
    [[...october, '--customer', 'x'], 'customer: x is no customer; allowed: bank'],
    [[...october, '--format', 'doc'], 'Allowed choices are json, csv, xlsx, pdf, html'],
    [[...october, '--lang', 'fr'], 'Allowed choices are en, zh-CN, zh-TW'],
    [[...october, '--site', 'central', '--customer', 'bank'], 'cannot be used with option'],
    [[...october, '--service', 'single', '--revision', '2'], 'revision: 2026-10/single has no revision 2'],
    [[...october, '--revision', '0'], 'allowed: a whole number from 1 on'],
    [['--month', '2026-11'], 'month: 2026-11 is not over'],
  ] as const;
  test('refuses what is wrong in one line', async () => {
    const { run } = await setUp();
    for (const [args, message] of refused) {
      const { code, stdout, stderr } = await run(args);
      expect([code, stdout.toString()]).toEqual([2, '']);
      expect(stderr).toContain(message);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  test('prints the columns of CSV without a month', async () => {
    const { run } = await setUp();
    const { stdout } = await run(['--columns']);
    expect(stdout.toString().trimEnd().split('\n')).toHaveLength(reportCsvColumns.length);
    expect(stdout.toString()).toMatch(/^format +pop-sla-report-csv\/1$/m);
  });
});
