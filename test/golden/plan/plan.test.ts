import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from '../../support/cli.js';

const golden = readdirSync(import.meta.dirname).filter((name) => /\.(en|zh)\.txt$/.test(name));

describe('pop-sla plan', () => {
  test.each(golden)('show: %s', async (name) => {
    const [, id = '', lang = ''] = /^(.+)\.(en|zh)\.txt$/.exec(name) ?? [];
    const { code, stdout, stderr } = await runCli(['plan', 'show', id, '--lang', lang]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(readFileSync(join(import.meta.dirname, name), 'utf8'));
  });

  test('show knows the plans it has', async () => {
    expect(await runCli(['plan', 'show', 'none'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'pop-sla: there is no built-in plan "none"; built in are ctg-cloud-connection, example-dedicated-internet, example-ethernet-hourly, example-ip-transit, example-leased-line, example-managed-wan\n',
    });
  });

  test('list', async () => {
    const { stdout } = await runCli(['plan', 'list']);
    expect(stdout.trimEnd().split('\n')).toEqual([
      'ctg-cloud-connection',
      'example-dedicated-internet',
      'example-ethernet-hourly',
      'example-ip-transit',
      'example-leased-line',
      'example-managed-wan',
    ]);
  });

  test('check says that a plan is good', async () => {
    const file = 'config/plans/example-ethernet-hourly.yaml';
    expect(await runCli(['plan', 'check', file])).toEqual({
      code: 0,
      stdout: `${file}: plan example-ethernet-hourly is good; versions: 2022-01-01, 2026\n`,
      stderr: '',
    });
  });

  test('check says what is wrong with a plan, and where', async () => {
    const { code, stdout, stderr } = await runCli(['plan', 'check', 'test/golden/plan/bad.yaml']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(readFileSync(join(import.meta.dirname, 'bad.stderr.txt'), 'utf8'));
  });

  test('test runs the examples, and says what none reaches', async () => {
    const { code, stdout, stderr } = await runCli(['plan', 'test', 'config/plans/example-leased-line.yaml']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^ok {4}One line, three hours down: a day of rent \(2026-10\): 100\.00 EUR$/m);
    expect(stdout).toMatch(/^example-leased-line: 9 of 9 examples pass$/m);
  });

  test('test says how an example that fails came about', async () => {
    const { code, stdout, stderr } = await runCli(['plan', 'test', 'test/golden/plan/failing.yaml']);
    expect([code, stderr]).toEqual([1, 'pop-sla: test/golden/plan/failing.yaml: one example fails\n']);
    expect(stdout).toMatch(/^FAIL {2}Four hours down \(2026-10\): 50\.00 EUR, expected 60\.00 EUR$/m);
    expect(stdout).toMatch(/^ +1000\.00 EUR × 5 % = 50\.00 EUR, rounded half-up$/m);
    expect(stdout).toMatch(/^No example reaches:\n {2}2026-01-01: classes\.standard\.steps\[1\]$/m);
  });

  test('diff compares two versions', async () => {
    const { code, stdout, stderr } = await runCli([
      ...['plan', 'diff', 'example-ethernet-hourly@2022-01-01', 'example-ethernet-hourly@2026'],
    ]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/│ Minimum payable +│ site: 5\.00 EUR +│ none +│/);
    expect(stdout).not.toMatch(/Time zone/);
    const same = await runCli(['plan', 'diff', 'example-ip-transit', 'example-ip-transit']);
    expect(same.stdout).toMatch(/\nThey say the same\.\n$/);
    const none = await runCli(['plan', 'diff', 'example-ip-transit@x', 'example-ip-transit']);
    expect([none.code, none.stderr]).toEqual([
      2,
      'pop-sla: plan example-ip-transit has no version "x"; it has 2021-07-01\n',
    ]);
  });

  test('check warns of what is odd, and the plan is still good', async () => {
    const { code, stdout, stderr } = await runCli(['plan', 'check', 'test/golden/plan/failing.yaml']);
    expect([code, stdout]).toEqual([
      0,
      'test/golden/plan/failing.yaml: plan failing is good; versions: 2026-01-01\n',
    ]);
    expect(stderr).toBe(
      'test/golden/plan/failing.yaml:20:22 warning: versions[0].classes[0].steps[0].below: 99.8 leaves what is below the commitment of 99.9 % and not below this without a credit\n',
    );
  });

  test('schema prints the JSON Schema that is shipped', async () => {
    const { stdout } = await runCli(['plan', 'schema']);
    const shipped = readFileSync(join(import.meta.dirname, '../../../config/plans/plan.schema.json'), 'utf8');
    expect(JSON.parse(stdout)).toEqual(JSON.parse(shipped));
  });
});
