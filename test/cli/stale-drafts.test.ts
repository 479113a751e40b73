import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../support/cli.js';
import { dayMs, november, october } from '../support/ledger.js';
import { statedOctober } from '../support/statements.js';

const iso = (at: number): string => new Date(at).toISOString();

/** Drafts of October, and an outage that was entered after they had been created. */
async function staleOctober() {
  const { store, file } = await statedOctober();
  await store.close();
  const run = (...args: string[]) =>
    runCli([...args, '--config', file], { now: () => november + dayMs, cwd: dirname(file) });
  expect((await run('statements', 'close', '--month', '2026-10')).stdout).toBe('2026-10: 2 drafts\n');
  const before = (await run('statements', 'show', '2026-10', 'single')).stdout;
  const from = october + 20 * dayMs;
  const added = await run(
    ...['outage', 'add', 'SIN', '--from', iso(from), '--to', iso(from + dayMs)],
    ...['--reason', 'seen by the customer', '--actor', 'ann'],
  );
  expect(added.stderr).toBe('');
  return { run, before };
}

test('the command line shows a stale draft as it would be created now, and says so', async () => {
  const { run, before } = await staleOctober();
  expect(before).toContain('= 99.9327%');
  expect(before).not.toContain('source data changed');

  const shown = (await run('statements', 'show', '2026-10', 'single')).stdout;
  expect(shown).toContain('source data changed since the draft was stored: these are the figures of now\n');
  const percent = /= (9\d\.\d{4})%/.exec(shown)?.[1] ?? '';
  expect(Number(percent)).toBeLessThan(97);

  // The list, the report and the document say the same figures.
  const json = JSON.parse((await run('statements', 'show', '2026-10', 'single', '--json')).stdout) as {
    outdated: boolean;
    hash: string;
    document: { total: { credit: string }; parts: { availabilityPercent: string }[] };
  };
  expect(json.outdated).toBe(true);
  expect(json.document.parts[0]?.availabilityPercent).toBe(percent);
  const { credit } = json.document.total;
  const listed = JSON.parse((await run('statements', 'list', '--json')).stdout) as {
    statements: { service: string; credit: string; hash: string }[];
  };
  const row = listed.statements.find(({ service }) => service === 'single');
  expect(row).toMatchObject({ credit, hash: json.hash });
  // A list is filtered by what its drafts say now.
  const filtered = async (...filter: string[]) => {
    const { stdout } = await run('statements', 'list', '--json', ...filter);
    const { statements } = JSON.parse(stdout) as typeof listed;
    return statements.some(({ service, hash }) => service === 'single' && hash === json.hash);
  };
  expect(await filtered('--state', 'draft', '--below', '100')).toBe(percent !== '100.0000');
  expect(await filtered('--below', percent)).toBe(false);
  expect(await filtered('--credited')).toBe(Number(credit) > 0);
  const csv = (await run('report', '--month', '2026-10', '--service', 'single', '--format', 'csv')).stdout;
  expect(csv).toContain(percent);
  expect(csv).toContain(credit);
  // To look wrote nothing: who seals is told first.
  const sealed = await run(
    ...['statements', 'seal', '--month', '2026-10', '--service', 'single', '--actor', 'ann'],
  );
  expect(sealed.stdout + sealed.stderr).toMatch(/key|source data changed/);
});
