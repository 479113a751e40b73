import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { createLedgerService } from '../../src/services/ledger/service.js';
import { createTicketService } from '../../src/services/tickets/service.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { bandsConfig } from '../support/bands.js';
import { runCli } from '../support/cli.js';
import { filing, newestSlot, putRound } from '../support/fault-desk.js';

const iso = (at: number): string => new Date(at).toISOString();

/** The command line over a store with one round of HKG>SIN that is far too slow. */
async function setUp() {
  const file = bandsConfig();
  const loaded = await loadConfig(file);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const store = await openSqliteStore({ path: loaded.config.store.path });
  await putRound(store, newestSlot, 46_000);
  await store.close();
  const cwd = dirname(file);
  const run = (...args: string[]) =>
    runCli([...args, '--config', file], { now: () => newestSlot + 120_000, cwd });
  const as = (actor: string, ...args: string[]) => run('faults', ...args, '--actor', actor);
  const json = async (...args: string[]): Promise<unknown> => {
    const result = await run(...args, '--json');
    expect(result.stderr).toBe('');
    return JSON.parse(result.stdout);
  };
  return { run, as, json, folder: cwd };
}

const file = ['file', '--customer', 'bank', '--path', 'HKG>SIN', '--band', 'round'];

describe('pop-sla faults', () => {
  test('files a report for a customer who called, and brings it to its end', async () => {
    const { run, as, json, folder } = await setUp();
    const log = join(folder, 'mtr.log');
    writeFileSync(log, 'hop 3 loses\n');
    expect(await as('ann', ...file, '--text', 'too slow', '--attach', log)).toMatchObject({
      code: 0,
      stdout: 'F1 is acknowledged, ann has it\n',
      stderr: '',
    });
    expect((await as('ann', 'hand-over', 'F1', '--to', 'bob')).code).toBe(0);
    expect((await as('bob', 'accept', 'F1')).stdout).toBe('F1 is acknowledged, bob has it\n');
    await as('bob', 'start', 'F1');
    await as('bob', 'comment', 'F1', '--text', 'a card\nis replaced', '--internal');
    const list = (await run('faults', 'list')).stdout;
    expect(list).toMatch(/^ID +STATE +CUSTOMER +ABOUT +FILED +OWNER +INCIDENT +ANSWER +REPAIR +SUBJECT$/m);
    expect(list).toMatch(
      /^F1 +investigating +bank +HKG>SIN +2026-10-12T03:32:00Z +bob +I1 +met +4h 00m +HKG → SIN: severely degraded$/m,
    );
    await as('bob', 'resolve', 'F1', '--text', 'replaced');
    await as('bob', 'close', 'F1');
    const shown = (await run('faults', 'show', 'F1')).stdout;
    expect(shown).toContain('F1  HKG → SIN: severely degraded');
    expect(shown).toContain('    a card\n    is replaced');
    expect(shown).toContain('resolved by bob: replaced');
    expect(shown).toContain('files     mtr.log');
    expect(await json('faults', 'show', 'F1')).toMatchObject({
      id: 'F1',
      state: 'closed',
      owner: null,
      evidence: { window: 'round' },
      fault: null,
      events: [{ action: { type: 'filed' } }, {}, {}, {}, {}, {}, {}, {}],
    });
    expect(await json('faults', 'list', '--state', 'filed')).toEqual({ reports: [] });
  });

  test('withdraws a report that nobody has taken, and only such a one', async () => {
    const { as, json, folder } = await setUp();
    const loaded = await loadConfig(join(folder, 'pop-sla.yaml'));
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const { config } = loaded;
    const store = await openSqliteStore({ path: config.store.path });
    const now = () => newestSlot + 60_000;
    const ledger = createLedgerService({ store, config: () => config, now });
    await createTicketService({ store, ledger, config: () => config, now }).file(
      { name: 'bank', side: 'customer' },
      filing(),
    );
    await store.close();
    expect(await as('ann', 'withdraw', 'F1', '--reason', 'they called: it is over')).toMatchObject({
      code: 0,
      stdout: 'F1 is withdrawn\n',
    });
    expect(await json('faults', 'show', 'F1')).toMatchObject({
      state: 'withdrawn',
      history: [{ state: 'filed' }, { state: 'withdrawn', reason: 'they called: it is over' }],
    });
    await as('ann', ...file);
    expect((await as('ann', 'withdraw', 'F2')).stderr).toContain("F2 can't withdraw now");
  });

  test('enters outages and exclusions by a report', async () => {
    const { as, json } = await setUp();
    await as('ann', ...file);
    const times = ['--from', iso(newestSlot - 7_200_000), '--to', iso(newestSlot - 3_600_000)];
    expect((await as('ann', 'to-outage', 'F1', ...times)).stdout).toContain('entered as C1');
    expect((await as('ann', 'to-exclusion', 'F1', ...times, '--kind', 'third-party')).stdout).toContain(
      'entered as C1, X2',
    );
    expect(await json('outages')).toMatchObject({
      outages: [{ ref: 'C1', corrections: [{ evidence: 'fault-report:F1' }] }],
    });
    expect(await json('exclusions', 'list')).toMatchObject({
      exclusions: [{ id: 'X2', state: 'proposed', source: 'fault-report:F1' }],
    });
  });

  test.each([
    [['take', 'F9'], `pop-sla: id: is no report: "F9"; allowed: F and a number, as the list gives it\n`],
    [['take', 'F1'], "pop-sla: id: is acknowledged: F1 can't take now; allowed: "],
    [['resolve', 'F1', '--text', ' '], 'pop-sla: text: is missing; allowed: '],
    [['link', 'F1', '--to', 'F1'], 'pop-sla: to: is the report itself; allowed: another report\n'],
    [
      ['comment', 'F1', '--text', 'x', '--attach', 'nothing.txt'],
      "pop-sla: attach: nothing.txt can't be read (ENOENT)",
    ],
    [['file', '--customer', 'bank', '--path', 'HKG'], "pop-sla: --path: 'HKG' is not a path; allowed: "],
    [['file', '--customer', 'bank', '--band', 'year'], 'allowed: round, last-24h, month-to-date'],
    [
      ['file', '--customer', 'none', '--text', 'x'],
      'pop-sla: customer: is unknown, "none"; allowed: bank, shop, broker\n',
    ],
    [['list', '--path', 'x'], "pop-sla: --path: 'x' is not a path"],
    [['list', '--state', 'open'], 'allowed: filed, acknowledged'],
  ])('refuses %j with exit status 2', async (args, message) => {
    const { as, run } = await setUp();
    await as('ann', ...file);
    const { code, stdout, stderr } = await (args[0] === 'list' ? run('faults', ...args) : as('ann', ...args));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  test('asks for a name, and has help with examples', async () => {
    const { run } = await setUp();
    expect(await run('faults', 'take', 'F1')).toMatchObject({ code: 2, stdout: '' });
    expect((await run('faults', '--help')).stdout).toContain('pop-sla faults take F7 --actor ann');
    expect((await run('faults', 'suggestions')).stdout).toBe('no path is worse than normal\n');
  });
});

describe('pop-sla notify and outbox', () => {
  test('say who is told, show what waits, and let it be sent again or dropped', async () => {
    const { run, as, json } = await setUp();
    const add = (...args: string[]) => run('notify', 'add', ...args, '--event', '*', '--actor', 'ann');
    const added = await add('webhook', 'https://bank.example/hook', '--customer', 'bank');
    expect(added.stdout).toMatch(/^[0-9a-f-]{36} is added\nsecret: [\w-]{43}\n$/);
    const secret = /secret: (\S+)/.exec(added.stdout)?.[1] ?? '';
    expect(await add('webhook', 'http://10.0.0.1/')).toMatchObject({ code: 2, stdout: '' });
    await as('ann', ...file);
    const list = (await run('outbox', 'list')).stdout;
    expect(list).toMatch(/^1 +waiting +report-filed +F1 /m);
    expect((await run('outbox', 'drop', '1')).stdout).toBe('1 is dropped\n');
    expect(await run('outbox', 'drop', '1')).toMatchObject({
      code: 2,
      stderr: 'pop-sla: 1 is dropped; allowed: one that waits or is dead\n',
    });
    expect((await run('outbox', 'retry', '1')).stdout).toBe('1 is waiting\n');
    expect(await run('outbox', 'retry', '77')).toMatchObject({
      code: 2,
      stderr: 'pop-sla: 77 is no message; allowed: one that was not sent\n',
    });
    expect(await json('outbox', 'list')).toMatchObject({ depth: { waiting: 2, dead: 0 } });
    const targets = await run('notify', 'list');
    expect(targets.stdout).toContain('https://bank.example/hook');
    expect(targets.stdout).not.toContain(secret);
    const id = /^([0-9a-f-]{36}) /m.exec(targets.stdout)?.[1] ?? '';
    expect((await run('notify', 'remove', id)).stdout).toBe(`${id} is erased\n`);
    expect((await run('notify', 'list')).stdout).toBe('nobody is told of anything\n');
  });
});
