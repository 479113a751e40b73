import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.js';
import { ledgerConfig, november } from '../support/ledger.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';

/** The command line over an empty store beside a file with a bank. */
async function setUp() {
  const file = ledgerConfig();
  const folder = dirname(file);
  await (await openSqliteStore({ path: join(folder, 'data', 'pop-sla.db') })).close();
  const run = (...args: string[]) =>
    runCli([...args, '--config', file], { now: () => november, cwd: folder });
  const enter = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(...args, '--actor', 'ann');
    return code === 0 ? stdout.trim() : stderr.trim();
  };
  return { file, folder, run, enter };
}

const service = [
  ...['services', 'add', 'mill-link', '--customer', 'mill', '--site', 'mill-east', '--start', '2026-12-01'],
  ...['--plan', 'ctg-cloud-connection', '--class', 'single', '--line', 'm1', '--path', 'HKG>SIN'],
  ...['--rent', '3100.00', '--currency', 'HKD'],
];

describe('customers and services on the command line', () => {
  test('are entered, shown, changed, ended and taken back', async () => {
    const { run, enter } = await setUp();
    expect(await enter('customers', 'add', 'mill', '--name', 'Mill', '--zone', 'Asia/Singapore')).toBe(
      'B1 is entered',
    );
    expect(await enter('customers', 'sites', 'add', 'mill-east', '--customer', 'mill')).toBe('B2 is entered');
    expect(await enter('services', 'lines', 'add', 'm1', '--pop', 'SIN')).toBe('B3 is entered');
    expect(await enter(...service)).toBe('B4 is entered');
    expect(await enter('services', 'change', 'mill-link', '--from', '2027-01-16', '--rent', '6200')).toBe(
      'B5 is entered',
    );
    expect(await enter('services', 'end', 'mill-link', '--on', '2027-12-01')).toBe('B6 is entered');
    expect(await enter('customers', 'resale', 'add', 'bank', 'mill', '--from', '2026-12-01')).toBe(
      'B7 is entered',
    );
    expect(await enter('customers', 'resale', 'end', 'B7', '--on', '2027-06-01')).toBe('B8 is entered');
    expect(await enter('customers', 'change', 'mill', '--name', 'Mill AG')).toBe('B9 is entered');
    expect(await enter('customers', 'sites', 'change', 'mill-east', '--name', 'East')).toBe('B10 is entered');
    expect((await run('customers', 'list')).stdout).toMatch(
      /bank +bank +- +UTC +customers\.yaml\nmill +Mill AG +- +Asia\/Singapore +B1\n/,
    );
    expect((await run('services', 'show', 'mill-link')).stdout).toMatch(
      /mill-link +mill +mill-east +2026-12-01 +2027-01-16 .* 3100\.00 HKD +B4\nmill-link .* 2027-12-01 .* 6200\.00 HKD +B4\n/,
    );
    expect((await run('customers', 'resale', 'list')).stdout).toMatch(
      /bank +mill +2026-12-01 +2027-06-01 +B7/,
    );
    expect((await run('customers', 'sites', 'list')).stdout).toMatch(/mill-east +mill +East +B2/);
    expect((await run('services', 'lines', 'list')).stdout).toMatch(/m1 +SIN +B3/);
    expect((await run('customers', 'show', 'mill')).stdout).toMatch(
      /Mill AG[^]*mill-east[^]*mill-link[^]*bank +mill/,
    );
    expect(JSON.parse((await run('customers', 'show', 'mill', '--json')).stdout)).toMatchObject({
      id: 'mill',
      origin: { entry: 'B1' },
      sites: [{ id: 'mill-east' }],
      services: [{ id: 'mill-link', terms: [{}, { rent: '6200.00' }] }],
    });
    expect(await enter('services', 'withdraw', 'B5', '--reason', 'a slip')).toBe('B11 is entered');
    expect(JSON.parse((await run('services', 'list', '--json')).stdout)).toMatchObject({
      services: [{ id: 'single' }, { id: 'other' }, { id: 'mill-link', terms: [{ rent: '3100.00' }] }],
    });
    expect((await run('customers', 'entries')).stdout).toMatch(
      /B5 +\S+ +ann +change +services +mill-link +withdrawn\n[^]*B11 +\S+ +ann +withdraw +services +mill-link +B5 +a slip/,
    );
    expect(JSON.parse((await run('customers', 'entries', '--json')).stdout)).toMatchObject({
      entered: [{ entry: 'B1' }, {}, {}, {}, { entry: 'B7' }],
    });
    expect((await run('audit', 'verify')).stdout).toContain('11 entries');
  });

  test('are refused with what is allowed, and nothing is entered', async () => {
    const { run, enter } = await setUp();
    expect(await enter('services', 'lines', 'add', 'm1', '--pop', 'XXX')).toBe(
      'pop-sla: pop: "XXX" is an unknown PoP; allowed: HKG, SIN, FRA',
    );
    expect(await enter('customers', 'add', 'bank')).toBe(
      'pop-sla: id: "bank" is in the file customers.yaml; allowed: an id that the file does not have; what the file has is changed there',
    );
    expect(await enter('services', 'end', 'x', '--on', 'soon')).toContain(
      'allowed: a day, as 2027-03-01, or never',
    );
    expect((await run('customers', 'show', 'mill')).stderr).toBe(
      'pop-sla: id: is no customer; allowed: bank\n',
    );
    expect((await run('customers', 'add', 'mill')).stderr).toContain('--actor: is missing');
    expect((await run('customers', 'entries')).stdout).toBe('nothing was entered\n');
  });

  test('that do not go with the file any more are named by every command that needs them', async () => {
    const { run, enter, folder } = await setUp();
    await enter('customers', 'add', 'mill');
    writeFileSync(join(folder, 'customers.yaml'), 'customers: [{ id: mill }]\n');
    const refused = {
      code: 2,
      stdout: '',
      stderr:
        'pop-sla: entered by hand: B1 id: "mill" is in the file customers.yaml; allowed: an id that the file does not have; what the file has is changed there\n',
    };
    expect(await run('availability', '--month', '2026-10')).toEqual(refused);
    expect(await run('config', 'check')).toEqual(refused);
  });
});
