import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.js';

describe('the command line', () => {
  test('prints its help and the exit codes', async () => {
    const run = await runCli(['--help']);
    expect(run.code).toBe(0);
    expect(run.stderr).toBe('');
    expect(run.stdout).toContain('Usage: pop-sla [options]');
    for (const line of ['0  done', '1  a fault', '2  bad input', '3  no permission']) {
      expect(run.stdout).toContain(line);
    }
  });

  test('prints its version', async () => {
    const run = await runCli(['--version']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    // The commit is known in a checkout and in a build of one.
    expect(run.stdout).toMatch(/^0\.0\.0-test(?: \([0-9a-f]{12}\))?\n$/);
  });

  test('shows the help on standard error where no command is given', async () => {
    const run = await runCli([]);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain('Usage: pop-sla');
  });

  test('refuses an unknown command in one line', async () => {
    const run = await runCli(['runn']);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('refuses an unknown option in one line', async () => {
    expect(await runCli(['--bad'])).toEqual({
      code: 2,
      stdout: '',
      stderr: "pop-sla: unknown option '--bad'; see pop-sla --help\n",
    });
  });
});
