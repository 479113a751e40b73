import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../support/cli.js';
import { dayMs, hourMs, ledgerConfig, november, october, watchedOctober } from '../support/ledger.js';

/** An exclusions file as the configuration asks for CSV, out and in again. */

const from = new Date(october + 9 * dayMs).toISOString();
const to = new Date(october + 9 * dayMs + hourMs).toISOString();

async function withCsv(csv: object) {
  const file = ledgerConfig();
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), csv }));
  const { store } = await watchedOctober(file);
  await store.close();
  return {
    folder: dirname(file),
    run: (...args: string[]) =>
      runCli([...args, '--config', file], { now: () => november, cwd: dirname(file) }),
  };
}

test('an export follows the setting of CSV, an option goes before it, and an import reads all of them', async () => {
  const first = await withCsv({ bom: true, separator: 'semicolon' });
  const said = ['--kind', 'emergency-maintenance', '--scope', 'pop:SIN', '--actor', 'ann'];
  const reason = 'a card; and, a "fan"';
  await first.run('exclusions', 'propose', ...said, '--from', from, '--to', to, '--reason', reason);
  const exported = async (...options: string[]): Promise<string> =>
    (await first.run('exclusions', 'export', ...options)).stdout;
  const asSet = await exported();
  expect(asSet).toMatch(/^\ufeffid;state;kind;scope;/);
  expect(await exported('--no-bom', '--separator', 'comma')).toMatch(/^id,state,kind,scope,/);
  const plain = await withCsv({});
  for (const [n, text] of [asSet, await exported('--no-bom', '--separator', 'comma')].entries()) {
    const { run, folder } = n === 0 ? plain : await withCsv({ separator: 'semicolon' });
    writeFileSync(join(folder, 'in.csv'), text);
    const imported = await run('exclusions', 'import', 'in.csv', '--actor', 'bob');
    expect([imported.code, imported.stderr]).toEqual([0, '']);
    const { stdout } = await run('exclusions', 'list', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      exclusions: [{ id: 'X1', reason, scope: { pops: ['SIN'] } }],
    });
  }
});
