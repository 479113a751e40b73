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
        'pop-sla: there is no built-in plan "none"; built in are ctg-cloud-connection, example-ethernet-hourly, example-ip-transit, example-leased-line\n',
    });
  });

  test('list', async () => {
    const { stdout } = await runCli(['plan', 'list']);
    expect(stdout).toBe('ctg-cloud-connection\nexample-ethernet-hourly\nexample-ip-transit\nexample-leased-line\n');
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
});
