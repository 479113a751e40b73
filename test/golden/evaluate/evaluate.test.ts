import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../../support/source-files.js';

const folder = join(import.meta.dirname, 'cases');
const names = readdirSync(folder).flatMap((name) => /^(.+)\.expected\.json$/.exec(name)?.[1] ?? []);

const main = join(root, 'dist/src/main.js');

/** The built command, as a person runs it. */
const evaluate = (...args: string[]) =>
  spawnSync(process.execPath, [main, 'evaluate', ...args], { encoding: 'utf8' });

describe('pop-sla evaluate, over whole cases', () => {
  test('has cases', () => {
    expect(names.length).toBeGreaterThanOrEqual(6);
  });

  test.each(names)('%s', (name) => {
    const result = evaluate(join(folder, `${name}.json`));
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
    expect(JSON.parse(result.stdout)).toEqual(
      JSON.parse(readFileSync(join(folder, `${name}.expected.json`), 'utf8')),
    );
  });

  const explained = readdirSync(folder).flatMap((name) => /^(.+)\.explain\.txt$/.exec(name)?.[1] ?? []);
  test.each(explained)('%s, explained', (name) => {
    const result = evaluate('--explain', join(folder, `${name}.json`));
    expect(result.stderr).toBe('');
    expect(result.stdout).toBe(readFileSync(join(folder, `${name}.explain.txt`), 'utf8'));
  });

  test('from standard input, and with details beside the documented keys', () => {
    const input = readFileSync(join(folder, 'plan-ip-transit.json'), 'utf8');
    const options = { input, encoding: 'utf8', cwd: folder } as const;
    const result = spawnSync(process.execPath, [main, 'evaluate', '--details', '-'], options);
    const expected: unknown = JSON.parse(readFileSync(join(folder, 'plan-ip-transit.expected.json'), 'utf8'));
    expect(JSON.parse(result.stdout)).toMatchObject(expected as object);
    expect(JSON.parse(result.stdout)).toMatchObject({
      claim: { withinDays: 14, lastDay: '2026-04-14' },
      services: [{ tax: { ratePercent: '6', gross: '250.00', tax: '14.15', net: '235.85' } }, {}],
    });
  });

  test('a faulty case: one line per fault, nothing on standard output, exit status 2', () => {
    const input = '{"plan": "ctg-cloud-connection", "month": "2026-10", "lines": [{"id": "l1"}], "services": 5}';
    const result = spawnSync(process.execPath, [main, 'evaluate', '-'], { input, encoding: 'utf8' });
    expect(result).toMatchObject({
      status: 2,
      stdout: '',
      stderr: '$.lines[0].pop is missing\n$.services must be a list, found 5\n',
    });
  });

  test('a file that is not there', () => {
    const result = evaluate('/nowhere/case.json');
    expect(result).toMatchObject({
      status: 2,
      stdout: '',
      stderr: 'pop-sla: /nowhere/case.json: there is no such file\n',
    });
  });
});
