import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.js';
import { dayMs, november, october } from '../support/ledger.js';
import { statedOctober } from '../support/statements.js';

/** The command line over a store with a month to state; `at`: what time it is. */
async function setUp(at: number = november, more: object = {}) {
  const { store, file } = await statedOctober();
  await store.close();
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...more }));
  const run = (...args: string[]) =>
    runCli([...args, '--config', file], { now: () => at, cwd: dirname(file) });
  const json = async (...args: string[]): Promise<unknown> => {
    const result = await run(...args, '--json');
    expect(result.stderr).toBe('');
    return JSON.parse(result.stdout);
  };
  return { run, json, folder: dirname(file) };
}

const seal = ['statements', 'seal', '--month', '2026-10', '--actor', 'ann'];
const hash = /[0-9a-f]{64}/;

describe('statements', () => {
  test('are closed, listed, shown, sealed, and sealed again to no effect', async () => {
    const { run, json } = await setUp();
    expect(await run('keys', 'make')).toMatchObject({ code: 0 });
    expect(await run('statements', 'close', '--month', '2026-10')).toMatchObject({
      stdout: '2026-10: 2 drafts\n',
    });
    expect((await run('statements', 'list')).stdout).toMatch(
      /2026-10\/other +1 +draft +15161\.29 +758\.06 +HKD +yes/,
    );
    const shown = await run('statements', 'show', '2026-10', 'single');
    expect(shown.stdout).toContain('2026-10/single, revision 1: draft\n');
    expect(shown.stdout).toContain('Availability: (2,678,400,000 - 1,800,000) / 2,678,400,000 = 99.9327%');
    const sealed = await run(...seal, '--all-complete');
    expect(sealed).toMatchObject({ code: 0, stderr: '' });
    expect(sealed.stdout).toContain('2026-10/other: sealed, hash ');
    const again = await run(...seal, '--all-complete');
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('2026-10/other: already sealed, revision 1, hash ');
    expect(again.stdout.match(hash)?.[0]).toBe(sealed.stdout.match(hash)?.[0]);
    expect(await json('statements', 'show', '2026-10', 'other')).toMatchObject({
      sealedBy: 'ann',
      document: { state: 'sealed', revision: 1 },
    });
    const revise = ['statements', 'revise', '--month', '2026-10', '--service', 'other', '--actor', 'ann'];
    expect((await run(...revise)).stdout).toContain('2026-10/other: nothing has changed since revision 1');
    expect((await run('statements', 'check', '--month', '2026-10')).stdout).toContain('0 changed');
  });

  test('of a month that is not over are drafts to date only', async () => {
    const { run, json } = await setUp(october + 15 * dayMs);
    await run('keys', 'make');
    expect(await run(...seal, '--all-complete')).toMatchObject({
      code: 2,
      stdout: '',
      stderr:
        'pop-sla: month: 2026-10 is not over, it is on 2026-10-31T16:00:00+00:00; allowed: a month that is over, or --to-date for a draft\n',
    });
    expect(await json('statements', 'show', '2026-10', 'single', '--to-date')).toMatchObject({
      document: { state: 'draft', toDate: '2026-10-16T00:00:00+08:00' },
    });
    expect((await run('statements', 'list')).stdout).toBe('No statements.\n');
  });

  test.each([
    [['--month', '2026-13', '--all-complete'], 'allowed: a month from 1970-01 on, as 2026-10'],
    [
      ['--month', '2019-01', '--all-complete'],
      'month: 2019-01 is no month of any service; allowed: a month from 2026-01 on',
    ],
    [['--month', '2026-10', '--service', 'nobody'], 'service: nobody is no service; allowed: other, single'],
    [['--month', '2026-10'], 'allowed: --service ID, or --all-complete for all of the month'],
    [
      ['--month', '2026-10', '--service', 'single', '--accept-incomplete', ''],
      '--accept-incomplete: is empty',
    ],
  ])('sealed with %j are refused in one line', async (args, line) => {
    const { run } = await setUp();
    const result = await run('statements', 'seal', '--actor', 'ann', ...args);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
    expect(result.stderr).toContain(line);
    expect((await run('statements', 'list')).stdout).toBe('No statements.\n');
  });

  test('are not signed without a key, nor by one that others may read', async () => {
    const { run, folder } = await setUp();
    expect(await run(...seal, '--service', 'single')).toMatchObject({
      code: 1,
      stderr: `pop-sla: there is no key in ${join(folder, 'data', 'keys')}; make one: pop-sla keys make\n`,
    });
    await run('keys', 'make');
    const keys = join(folder, 'data', 'keys');
    const file = readdirSync(keys).find((name) => name.endsWith('.key')) ?? '';
    chmodSync(join(keys, file), 0o640);
    expect(await run(...seal, '--service', 'single')).toMatchObject({
      code: 1,
      stderr: `pop-sla: ${join(keys, file)} has the mode 0640: others may use it; allowed: 0600 (chmod 600 ${join(keys, file)})\n`,
    });
    expect((await run('statements', 'list')).stdout).toBe('No statements.\n');
  });
});

describe('keys', () => {
  test('are made, shown and rotated', async () => {
    const { run, json, folder } = await setUp();
    expect((await run('keys', 'show')).stdout).toBe('No keys: pop-sla keys make\n');
    const { id } = (await json('keys', 'make')) as { id: string };
    expect((await run('keys', 'make')).stderr).toContain('has a key already');
    await run('keys', 'rotate');
    const shown = await run('keys', 'show');
    expect(shown.stdout.match(/-----BEGIN PUBLIC KEY-----/g)).toHaveLength(2);
    expect(shown.stdout).not.toContain('PRIVATE');
    expect(existsSync(join(folder, 'data', 'keys', `${id}.key`))).toBe(false);
  });
});

describe('credits, disputes and people', () => {
  test('go their way from the sealed statement on', async () => {
    const { run, json } = await setUp();
    await run('keys', 'make');
    await run(...seal, '--all-complete');
    const by = ['--actor', 'billing'];
    expect((await run('credits', 'list')).stdout).toContain('CR-2026-10-000001  2026-10/other');
    expect(await run('credits', 'export', '--month', '2026-10', '--dry-run', ...by)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--mapping') as string,
    });
    const exported = JSON.parse((await run('credits', 'export', ...by)).stdout) as { cursor: number };
    expect(exported).toMatchObject({ cursor: 1, credits: [{ id: 'CR-2026-10-000001', status: 'exported' }] });
    const page = await run('credits', 'export', '--since', String(exported.cursor), ...by);
    expect(JSON.parse(page.stdout)).toEqual({ credits: [], cursor: 1 });
    expect(await json('credits', 'settle', 'CR-2026-10-000001', ...by)).toMatchObject({
      credits: [{ status: 'settled' }],
    });
    expect((await run('credits', 'claim', 'CR-2026-10-000001', ...by)).stderr).toContain('needs no claim');
    expect(
      (await run('credits', 'reverse', 'CR-2026-10-000001', '--reason', 'twice', ...by)).stdout,
    ).toContain('reversed');

    const person = await run('person', 'add', '--customer', 'bank', '--name', 'Chan', ...by);
    const id = /^(P\d+) {2}bank {2}Chan\n$/.exec(person.stdout)?.[1] ?? '';
    const opened = await run(
      'disputes',
      'open',
      '2026-10/other',
      '--text',
      'too\nlittle',
      '--contact',
      id,
      ...by,
    );
    expect(opened.stdout).toMatch(
      new RegExp(`^(D\\d+)  open  2026-10/other, revision 1, ${id}\n.* billing: too little\n$`),
    );
    const dispute = /^D\d+/.exec(opened.stdout)?.[0] ?? '';
    expect((await run('disputes', 'answer', dispute, '--text', 'no', ...by)).stdout).toContain('answered');
    expect((await run('disputes', 'withdraw', dispute, '--text', 'fine', ...by)).stdout).toContain(
      'withdrawn',
    );
    expect((await run('person', 'correct', id, '--email', 'chan@bank.example', ...by)).stdout).toContain(
      'Chan  chan@',
    );
    expect((await run('person', 'erase', id, ...by)).stdout).toBe(`${id}  bank  erased\n`);
    expect((await run('person', 'show', id)).stdout).toBe(`${id}  bank  erased\n`);
    expect((await run('audit', 'verify')).code).toBe(0);
  });
});

describe('periods', () => {
  test('are locked, listed, and unlocked by another person', async () => {
    const { run, json } = await setUp();
    expect((await run('periods', 'list')).stdout).toBe('No month is locked.\n');
    const lock = ['periods', 'lock', '2026-09', '--note', 'books closed', '--actor', 'fiona'];
    expect(await run(...lock)).toMatchObject({ code: 0, stdout: '2026-09 is locked by fiona\n' });
    expect((await run('periods', 'list')).stdout).toMatch(
      /^month +locked +by +note\n2026-09 .* fiona +books closed/,
    );
    expect(await json('periods', 'list')).toMatchObject({
      periods: [{ month: '2026-09', lockedBy: 'fiona', note: 'books closed' }],
    });
    const unlock = ['periods', 'unlock', '2026-09', '--reason', 'an invoice was missing', '--actor'];
    expect(await run(...unlock, 'Fiona')).toMatchObject({
      code: 2,
      stderr: 'pop-sla: actor: is fiona, who locked 2026-09; allowed: another person\n',
    });
    expect(await run(...unlock, 'georg')).toMatchObject({ code: 0, stdout: '2026-09 is open\n' });
    expect(await run('periods', 'lock', '2026-11', '--actor', 'fiona')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('2026-11 is not over') as string,
    });
  });
});

describe('the order of sealing', () => {
  test('is left with a reason only', async () => {
    const { run } = await setUp(november + 30 * dayMs);
    await run('keys', 'make');
    await run('statements', 'close', '--month', '2026-10');
    const later = ['statements', 'seal', '--month', '2026-11', '--service', 'single', '--actor', 'ann'];
    const incomplete = [...later, '--accept-incomplete', 'agreed'];
    expect(await run(...incomplete)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('2026-10 of it is not sealed: seal that first') as string,
    });
    expect(await run(...incomplete, '--out-of-order', ' ')).toMatchObject({
      code: 2,
      stderr: 'pop-sla: --out-of-order: is empty; allowed: a reason\n',
    });
    expect((await run(...incomplete, '--out-of-order', 'a court asks')).stdout).toContain(
      '2026-11/single: sealed',
    );
  });
});

test('two persons seal where the configuration says so', async () => {
  const { run } = await setUp(november, { statements: { twoPersonSealing: true } });
  await run('keys', 'make');
  const one = ['--month', '2026-10', '--service', 'single', '--actor'];
  expect(await run('statements', 'seal', ...one, 'bob')).toMatchObject({
    code: 2,
    stderr:
      'pop-sla: 2026-10/single: is not prepared yet: pop-sla statements prepare, and another person seals it\n',
  });
  expect((await run('statements', 'prepare', ...one, 'ann')).stdout).toBe(
    '2026-10/single: prepared as revision 1, credit 0.00 HKD: another person may seal it\n',
  );
  expect((await run('statements', 'seal', ...one, 'Ann')).code).toBe(2);
  expect((await run('statements', 'seal', ...one, 'bob')).stdout).toContain('2026-10/single: sealed, hash');
  expect(await run('statements', 'prepare', '--month', '2026-10', '--actor', 'ann')).toMatchObject({
    code: 2,
  });
});
