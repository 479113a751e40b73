import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { LedgerAction } from '../../src/core/ledger/actions.js';
import { headOf, linkAfter } from '../../src/core/ledger/chain.js';
import { digestOf } from '../../src/seal/canonical.js';
import { runCli } from '../support/cli.js';
import { dayMs, hourMs, ledgerConfig, november, october, watchedOctober } from '../support/ledger.js';

/** Texts that are too long come in by no file and no command, and what is stored already is shown. */

const from = new Date(october + 9 * dayMs).toISOString();
const to = new Date(october + 9 * dayMs + hourMs).toISOString();
const long = (count: number): string => 'x'.repeat(count);

async function setUp(change: (file: string) => void = () => undefined) {
  const file = ledgerConfig();
  const { store } = await watchedOctober(file);
  change(file);
  const run = (...args: string[]) =>
    runCli([...args, '--config', file], { now: () => november, cwd: dirname(file) });
  return { store, run, folder: dirname(file) };
}

const propose = ['exclusions', 'propose', '--kind', 'emergency-maintenance', '--from', from, '--to', to];
const refused = (stderr: string) => ({ code: 2, stdout: '', stderr });

test('a text of the command line that no text may be as long as is refused before anything reads it', async () => {
  const { run } = await setUp();
  expect(await run(...propose, '--scope', 'pop:SIN', '--actor', 'ann', '--reason', long(10_001))).toEqual(
    refused('pop-sla: --reason has 10001 characters; allowed: at most 10000; see pop-sla --help\n'),
  );
  expect(await run('exclusions', 'approve', `--x=${long(10_001)}`)).toEqual(
    refused('pop-sla: --x has 10001 characters; allowed: at most 10000; see pop-sla --help\n'),
  );
  expect(await run('exclusions', 'approve', long(10_001))).toEqual(
    refused('pop-sla: argument 3 has 10001 characters; allowed: at most 10000; see pop-sla --help\n'),
  );
});

test('so are the names and reasons that may be less long', async () => {
  const { run } = await setUp();
  const said = ['--reason', 'a card', '--actor', 'ann'];
  expect(await run(...propose, '--scope', `pop:${long(300)}`, ...said)).toEqual(
    refused('pop-sla: scope: has a name of 304 characters; allowed: at most 200\n'),
  );
  expect(await run(...propose, '--scope', 'pop:SIN', '--reason', 'a card', '--actor', long(101))).toEqual(
    refused('pop-sla: actor: is no name; allowed: one line of 1 to 100 characters\n'),
  );
  const late = ['periods', 'lock', '2026-09', '--actor', 'ann', '--note', long(2001)];
  expect((await run(...late)).stderr).toContain(
    'note: has 2001 characters; allowed: text of 1 to 2000 characters',
  );
  const reverse = ['credits', 'reverse', 'R1', '--actor', 'ann', '--reason', long(2001)];
  expect((await run(...reverse)).stderr).toContain(
    'reason: has 2001 characters; allowed: text of 1 to 2000 characters',
  );
});

test('a file of exclusions and a calendar are refused with the place of the text', async () => {
  const { run, folder } = await setUp();
  const csv = join(folder, 'long.csv');
  writeFileSync(
    csv,
    `kind,scope,from,to,reason,proof\nemergency-maintenance,pop:SIN,${from},${to},${long(10_001)},${long(10_002)}\n`,
  );
  const imported = await run('exclusions', 'import', csv, '--actor', 'ann');
  expect([imported.code, imported.stderr]).toEqual([
    2,
    [
      'pop-sla: line 2: reason: has 10001 characters; allowed: text of 1 to 10000 characters',
      'pop-sla: line 2: proof: has 10002 characters; allowed: text of 1 to 10000 characters\n',
    ].join('\n'),
  ]);
  const ics = join(folder, 'long.ics');
  const event = [
    'BEGIN:VEVENT',
    'UID:1',
    'CREATED:20260901T000000Z',
    'DTSTART:20261201T020000Z',
    'DURATION:PT2H',
  ];
  writeFileSync(
    ics,
    ['BEGIN:VCALENDAR', ...event, `SUMMARY:${long(10_001)}`, 'END:VEVENT', 'END:VCALENDAR'].join('\r\n'),
  );
  const called = await run('exclusions', 'import', ics, '--scope', 'pop:SIN', '--actor', 'ann');
  expect([called.code, called.stderr]).toEqual([
    2,
    expect.stringContaining('reason: has 10001 characters; allowed: '),
  ]);
});

test('the configuration and the file of customers are refused with the line', async () => {
  const { run, folder } = await setUp();
  const check = async (): Promise<string> =>
    (await run('config', 'check')).stderr.replaceAll(`${folder}/`, '');
  const base = JSON.stringify({ id: 'bank' });
  const customers = (more: string): void => {
    writeFileSync(join(folder, 'customers.yaml'), `customers:\n  - ${base}\n${more}`);
  };
  customers(`  - { id: b2, name: ${long(101)} }\n`);
  expect(await check()).toContain('customers.yaml:3:');
  expect(await check()).toContain('has 101 characters');
  customers(`plans: [${long(10_001)}]\n`);
  expect(await check()).toContain('has 10001 characters; allowed: at most 10000 characters');
  customers(`sites: [{ id: ${long(10_001)}, customer: bank }]\n`);
  expect(await check()).toContain('has 10001 characters; allowed: at most 10000 characters');
});

test('a longer reason from before is shown, and decided on', async () => {
  const { run, store } = await setUp();
  const action: LedgerAction = {
    type: 'exclusion-proposed',
    id: 'X1',
    kind: 'emergency-maintenance',
    scope: { pops: ['SIN'], paths: [], lines: [], services: [], customers: [] },
    intervals: [{ from: Date.parse(from), to: Date.parse(to) }],
    recurrence: null,
    notices: [],
    reason: long(50_000),
    proof: null,
    source: null,
    attachments: [],
  };
  await store.ledger.append([linkAfter(headOf([]), { at: october, actor: 'ann', action }, digestOf)]);
  const shown = JSON.parse((await run('exclusions', 'list', '--json')).stdout) as {
    exclusions: { reason: string }[];
  };
  expect(shown.exclusions.map(({ reason }) => reason.length)).toEqual([50_000]);
  const table = await run('exclusions', 'list');
  expect([table.code, table.stdout.includes(long(50_000))]).toEqual([0, true]);
  const decided = await run('exclusions', 'approve', 'X1', '--actor', 'bob');
  expect([decided.code, decided.stderr]).toEqual([0, '']);
});
