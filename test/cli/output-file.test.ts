import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { billingSettings } from '../support/billing.js';
import { runCli } from '../support/cli.js';
import { november } from '../support/ledger.js';
import { statedOctober } from '../support/statements.js';

/** The command line over a sealed month of a customer that notes can be made for. */
async function setUp() {
  const { store, file } = await statedOctober();
  await store.close();
  const cwd = dirname(file);
  const settings = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...settings, billing: billingSettings }));
  const customers = join(cwd, 'customers.yaml');
  const text = readFileSync(customers, 'utf8');
  writeFileSync(customers, text.replace('{ id: bank }', '{ id: bank, country: HK, taxId: HK-7 }'));
  const run = async (...args: string[]) => {
    const out: Uint8Array[] = [];
    const stdout = { write: (some: string | Uint8Array) => out.push(Buffer.from(some)) };
    const { code, stderr } = await runCli([...args, '--config', file], { now: () => november, cwd, stdout });
    return { code, stderr, stdout: Buffer.concat(out).toString() };
  };
  await run('keys', 'make');
  await run('statements', 'seal', '--month', '2026-10', '--all-complete', '--actor', 'ann');
  return { run, read: (name: string) => readFileSync(join(cwd, name), 'utf8') };
}

test('-o - writes a file to standard output, and nothing else', async () => {
  const { run, read } = await setUp();
  const by = ['--actor', 'fiona'];
  const made = await run('credits', 'export', '--mapping', 'generic', '-o', '-', ...by);
  expect(made.code).toBe(0);
  expect(made.stderr).toContain('EB-000001  made, mapping generic');

  const fetch = ['credits', 'batches', 'fetch', 'EB-000001', ...by, '-o'];
  expect((await run(...fetch, 'batch.csv')).stdout).toMatch(
    /^batch\.csv: \d+ bytes, SHA-256 [0-9a-f]{64}\n$/,
  );
  expect(read('batch.csv')).toContain('CR-2026-10-000001');
  expect(made.stdout).toBe(read('batch.csv'));
  expect(await run(...fetch, '-')).toEqual({ code: 0, stderr: '', stdout: read('batch.csv') });

  const note = ['credits', 'note', 'CN-2026-000001', '--format', 'ubl', '-o'];
  expect((await run(...note, 'note.xml')).stdout).toMatch(/^note\.xml: \d+ bytes\n$/);
  expect(await run(...note, '-')).toEqual({ code: 0, stderr: '', stdout: read('note.xml') });
});

test('a dry run says what it would be on standard output, as it writes no file', async () => {
  const { run } = await setUp();
  const { code, stdout } = await run('credits', 'export', '--mapping', 'generic', '--dry-run', '-o', '-');
  expect(code).toBe(0);
  expect(stdout).toContain('Nothing was made, and no number was given.');
});

test('a file that cannot be written leaves the batch', async () => {
  const { run } = await setUp();
  const made = ['credits', 'export', '--mapping', 'generic', '--actor', 'fiona', '-o', 'none/there.csv'];
  expect(await run(...made)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^pop-sla: none\/there\.csv can't be written: .*; the batch stays: fetch it again\n$/,
    ) as string,
  });
});
