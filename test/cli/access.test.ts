import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.js';
import { ledgerConfig, november, watchedOctober } from '../support/ledger.js';

async function setUp() {
  const file = ledgerConfig();
  const { store } = await watchedOctober(file);
  await store.close();
  const run = (args: readonly string[], stdin = '') =>
    runCli([...args, '--config', file], {
      now: () => november,
      cwd: dirname(file),
      env: { POP_SLA_ACTOR: 'ann' },
      stdin: (async function* lines() {
        await Promise.resolve();
        yield stdin;
      })(),
    });
  return { run };
}

describe('tokens', () => {
  test('are made and shown once, listed without their secret, revoked, and traced', async () => {
    const { run } = await setUp();
    const made = await run(['token', 'create', '--name', 'grafana', '--role', 'noc', '--scope', 'read']);
    expect(made.code).toBe(0);
    const [, id = ''] = /^popsla_([0-9a-f]{8})_[\w-]{43}\n$/.exec(made.stdout) ?? [];
    expect(made.stderr).toBe(`token ${id}, shown this once:\n`);
    const list = await run(['token', 'list']);
    expect(list.stdout).toMatch(new RegExp(`${id} +grafana +holds +noc +- +read +2027-01-29T`));
    expect(list.stdout).not.toContain(made.stdout.trim().slice(16));
    expect(await run(['token', 'revoke', id])).toMatchObject({ code: 0, stdout: `${id} is revoked\n` });
    expect(await run(['token', 'revoke', id])).toMatchObject({
      code: 2,
      stderr: `pop-sla: id: is no token that holds: ${id}; allowed: nothing: there are no tokens that hold\n`,
    });
    const trail = JSON.parse((await run(['audit', 'list', '--json'])).stdout) as { entries: object[] };
    expect(trail.entries).toMatchObject([
      { principal: 'cli', name: 'ann', action: 'token:create', target: id },
      { action: 'token:revoke', target: id },
    ]);
    expect((await run(['audit', 'verify'])).stdout).toContain('the trail of 2 entries is as it was written');
  });

  test.each<[string, string[], RegExp]>([
    ['an unknown role', ['--role', 'king'], /role: king is not known; allowed: noc, /],
    [
      'a customer that is none',
      ['--role', 'customer', '--customer', 'x'],
      /customer: x is not known; allowed: bank/,
    ],
    ['no time', ['--role', 'noc', '--expires', 'soon'], /--expires: "soon" is no time; allowed: a duration/],
    ['the past', ['--role', 'noc', '--expires', '2020-01-01'], /expires: lies in the past/],
  ])('are refused with %s', async (_what, args, message) => {
    const { run } = await setUp();
    const made = await run(['token', 'create', '--name', 'x', ...args]);
    expect([made.code, made.stdout]).toEqual([2, '']);
    expect(made.stderr).toMatch(message);
  });
});

describe('users', () => {
  test('are added with a password of a line, given another, and locked out', async () => {
    const { run } = await setUp();
    expect(await run(['user', 'add', 'bob', '--role', 'noc'], 'Correct-1\nrest')).toMatchObject({
      code: 0,
      stdout: 'bob may sign in\n',
      stderr: '',
    });
    expect(await run(['user', 'passwd', 'BOB'], 'Correct-2')).toMatchObject({ code: 0 });
    expect(await run(['user', 'email', 'BOB', 'bob@carrier.example'])).toMatchObject({ code: 0 });
    expect((await run(['user', 'list'])).stdout).toMatch(/bob .* bob@carrier\.example\n/);
    expect(await run(['user', 'email', 'bob', 'bob, eve@carrier.example'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('email: is no e-mail address') as string,
    });
    expect(await run(['user', 'email', 'bob'])).toMatchObject({ code: 0, stdout: 'bob gets no mails\n' });
    expect(await run(['user', 'reset-second-factor', 'bob'])).toMatchObject({
      code: 2,
      stderr: 'pop-sla: id: has no second factor: bob; allowed: a user who has enrolled one\n',
    });
    expect(await run(['user', 'disable', 'bob'])).toMatchObject({ code: 0, stdout: 'bob is locked out\n' });
    expect((await run(['user', 'list'])).stdout).toMatch(/bob +disabled +noc +- /);
    expect(await run(['user', 'passwd', 'eve'], 'Correct-2')).toMatchObject({
      code: 2,
      stderr: 'pop-sla: id: is no user: eve; allowed: bob\n',
    });
  });

  test.each([
    ['Sh0rt!', 'has 6 characters'],
    ['alllowercase1', 'has characters of 2 classes'],
    ['', 'has 0 characters'],
  ])('have no password such as %j', async (password, what) => {
    const { run } = await setUp();
    const added = await run(['user', 'add', 'bob', '--role', 'noc'], `${password}\n`);
    expect(added.code).toBe(2);
    expect(added.stderr).toMatch(new RegExp(`^pop-sla: password: ${what}; allowed: 8 to 200 characters`));
    expect((await run(['user', 'list', '--json'])).stdout).toContain('"users": []');
  });
});
