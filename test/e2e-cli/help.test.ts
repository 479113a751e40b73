import { describe, expect, test } from 'vitest';
import { popSla } from '../support/pop-sla.js';
import { requires } from '../support/requires.js';

requires({ built: true });

const commands = [
  [],
  ['run'],
  ['probe'],
  ['rounds'],
  ['pops'],
  ['availability'],
  ['report'],
  ['outages'],
  ['outage'],
  ['outage', 'add'],
  ['outage', 'correct'],
  ['outage', 'void'],
  ['exclusions'],
  ['exclusions', 'list'],
  ['exclusions', 'propose'],
  ['exclusions', 'impact'],
  ['exclusions', 'import'],
  ['exclusions', 'export'],
  ['exclusions', 'approve'],
  ['exclusions', 'reject'],
  ['exclusions', 'revoke'],
  ['audit'],
  ['audit', 'verify'],
  ['doctor'],
  ['backup'],
  ['restore'],
  ['status'],
  ['guide'],
  ['evaluate'],
  ['plan'],
  ['plan', 'check'],
  ['plan', 'show'],
  ['config'],
  ['config', 'check'],
  ['config', 'show'],
];

describe('--help', () => {
  test.concurrent.each(commands.map((command) => [command.join(' ')]))(
    'pop-sla %s --help',
    async (command) => {
      const words = command === '' ? [] : command.split(' ');
      const done = await popSla([...words, '--help'], { env: { ...process.env, COLUMNS: '100' } });
      expect(done.code).toBe(0);
      expect(done.stderr).toBe('');
      expect(done.stdout).toContain(`Usage: pop-sla${command === '' ? '' : ` ${command}`}`);
      expect(done.stdout).toContain('--help');
      // Colours on a terminal only.
      expect(done.stdout).not.toContain('\u001b[');
    },
  );

  test('of the program lists every command and the exit codes', async () => {
    const { stdout } = await popSla(['--help']);
    for (const [command] of commands)
      if (command) expect(stdout).toMatch(new RegExp(`^ +${command}\\b`, 'm'));
    for (const code of [0, 1, 2, 3]) expect(stdout).toMatch(new RegExp(`^ +${code} +\\S`, 'm'));
  });
});

describe('bad command lines exit with 2, one line that says what is wrong', () => {
  test.concurrent.each([
    ['no such command', ['fly']],
    ['no such option', ['run', '--fast']],
    ['an option without its value', ['run', '--config']],
    ['an argument too many', ['pops', 'a', 'b']],
    ['no such path', ['probe', '--config', 'config/pop-sla.yaml', 'A>B']],
    ['not an instant', ['rounds', '--from', 'yesterday-ish']],
  ])('%s', async (_what, args) => {
    const done = await popSla(args);
    expect(done.code, done.stderr).toBe(2);
    expect(done.stdout).toBe('');
    expect(done.stderr.trim()).toMatch(/^[^\n]+$/);
  });
});
