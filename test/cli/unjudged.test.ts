import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import * as app from '../../src/app.js';
import { runCli } from '../support/cli.js';
import { november } from '../support/ledger.js';
import { statedOctober } from '../support/statements.js';
import { unjudgeable, unjudgedReasons } from '../support/unjudged.js';

/** The command line over a month of which one service can't be judged. */
async function setUp(id: 'other' | 'single') {
  const { store, file } = await statedOctober();
  await store.close();
  const broken: typeof app = {
    ...app,
    openLedger: (options) => app.openLedger({ ...options, config: unjudgeable(options.config, [id]) }),
    openBilling: (options) => app.openBilling({ ...options, config: unjudgeable(options.config, [id]) }),
  };
  return (...args: string[]) =>
    runCli([...args, '--config', file], {
      now: () => november,
      cwd: dirname(file),
      app: () => Promise.resolve(broken),
    });
}

test.each([
  ['other', 'single', '0.00 HKD'],
  ['single', 'other', '758.06 HKD'],
] as const)('where %s can not be judged, the commands name it and judge %s', async (id, good, credit) => {
  const run = await setUp(id);
  const line = `${id} can't be judged: ${unjudgedReasons[id]}\n`;
  const table = await run('availability', '--month', '2026-10');
  expect(table).toMatchObject({ code: 0, stderr: '' });
  expect(table.stdout).toMatch(new RegExp(`^${good} `, 'm'));
  expect(table.stdout.endsWith(line)).toBe(true);
  const json = await run('availability', '--month', '2026-10', '--json');
  expect(JSON.parse(json.stdout)).toMatchObject({
    services: [{ id: good }],
    unjudged: [{ service: id, customer: 'bank', site: 'central', reason: unjudgedReasons[id] }],
  });
  await run('keys', 'make');
  expect(await run('statements', 'close', '--month', '2026-10')).toEqual({
    code: 0,
    stdout: `2026-10: 1 draft\n${line}`,
    stderr: '',
  });
  const sealed = await run('statements', 'seal', '--month', '2026-10', '--all-complete', '--actor', 'ann');
  expect(sealed).toMatchObject({
    code: 2,
    stderr: `pop-sla: 2026-10/${id}: can't be judged: ${unjudgedReasons[id]}\n`,
  });
  expect(sealed.stdout).toContain(`2026-10/${good}: sealed, hash `);
  expect(sealed.stdout).toContain(`credit ${credit}`);
  const revised = await run('statements', 'revise', '--month', '2026-10', '--all-complete', '--actor', 'ann');
  expect(revised.code).toBe(2);
  expect(revised.stdout).toContain(`2026-10/${good}: nothing has changed since revision 1`);
  expect(revised.stderr).toContain(`2026-10/${id}: can't be judged: ${unjudgedReasons[id]}`);
});
