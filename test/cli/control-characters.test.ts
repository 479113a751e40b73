import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLog } from '../../src/app/round-log.js';
import { checksText } from '../../src/cli/commands/doctor.js';
import { roundsTable } from '../../src/render/rounds.js';
import { runCli } from '../support/cli.js';
import { root } from '../support/source-files.js';
import { tempDir } from '../support/temp-dir.js';

const evil = 'a\u001b[31mred\u0007\u009b2J';
const shown = String.raw`a\u001b[31mred\u0007\u009b2J`;
// eslint-disable-next-line no-control-regex -- what must not come through
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

const plan = readFileSync(join(root, 'config/plans/ctg-cloud-connection.yaml'), 'utf8');

test.each([
  ['plan show', ['plan', 'show', `${evil}.yaml`]],
  ['plan check', ['plan', 'check', `${evil}.yaml`]],
  ['evaluate', ['evaluate', `${evil}.json`]],
  ['verify', ['verify', evil]],
  ['an unknown command', [evil]],
  ['an unknown option', ['rounds', `--${evil}`]],
  ['a configuration', ['rounds', '--config', evil]],
])('a file name or argument can not steer the terminal: %s', async (_what, args) => {
  const run = await runCli(args);
  expect(run.code).not.toBe(0);
  expect(run.stderr).toContain('red');
  expect(run.stdout + run.stderr).not.toMatch(controls);
});

test.each([
  ['a name', '  en: Cloud Connection service level agreement', `  en: "bell \\u0007"`, 1],
  ['a name of several lines', '  en: Cloud Connection service level agreement', `  en: "two\\nlines"`, 1],
  ['a ruling', 'en: The annex names no rate; a service may carry its own.', `en: "\\u0000"`, 1],
  ['a clause', '      measurement.sizes: 2.1 (2), 2.1 (3)', `      measurement.sizes: "\\e[1m"`, 1],
])('a plan with control characters in %s is refused', async (_what, before, after, lines) => {
  const folder = tempDir();
  expect(plan).toContain(before);
  writeFileSync(join(folder, 'plan.yaml'), plan.replace(before, after));
  const run = await runCli(['plan', 'check', 'plan.yaml'], { cwd: folder });
  expect(run.code).toBe(2);
  expect(run.stderr).toContain('control characters');
  expect(run.stderr.trimEnd().split('\n')).toHaveLength(lines);
  expect(run.stderr).not.toMatch(controls);
});

test('what a terminal gets with colours of this program has none of others', async () => {
  const round = { path: 'A>B', slot: 0, status: 'failed', reason: evil, sizes: [] };
  const table = roundsTable([round as never], { width: 100, color: true });
  expect(table).toContain(shown);
  const checks = checksText([{ name: 'database', status: 'ok', detail: evil, remedy: evil }], true);
  expect(checks.split(shown)).toHaveLength(3);
  expect(checks).toContain('\u001b[');
  for (const isTTY of [true, false]) {
    let text = '';
    const log = await createLog(
      { level: 'info', format: 'auto' },
      { isTTY, write: (more) => (text += more) },
    );
    log.info({ pop: evil }, `said ${evil}`);
    log.info({ err: new Error(evil) }, 'failed');
    await new Promise((resolve) => setImmediate(resolve));
    expect(text.split(shown).length, text).toBeGreaterThan(3);
    expect(text).not.toContain('\u001b[31mred');
    // eslint-disable-next-line no-control-regex -- the point of it
    expect(text).not.toMatch(/[\u0007\u009b]/);
  }
});
