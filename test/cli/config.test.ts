import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.js';
import { quickConfig } from '../support/quick-config.js';
import { tempDir } from '../support/temp-dir.js';

describe('config check', () => {
  test('says that the file is in order', async () => {
    const file = quickConfig(tempDir());
    expect(await runCli(['config', 'check', '--config', file])).toEqual({
      code: 0,
      stdout: `${file}: in order, 3 PoPs, 2 paths\n`,
      stderr: '',
    });
  });

  test('says everything that is wrong, one line each, and prints nothing else', async () => {
    const folder = tempDir();
    writeFileSync(join(folder, 'bad.yaml'), 'agent: X\nagnt: Y\npops: 3\n');
    const run = await runCli(['config', 'check', '--config', 'bad.yaml'], { cwd: folder });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    const lines = run.stderr.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.filter((line) => !line.startsWith('bad.yaml:'))).toEqual([]);
  });

  test('says that there is no such file', async () => {
    const run = await runCli(['config', 'check', '--config', 'none.yaml'], { cwd: tempDir() });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain('none.yaml: does not exist');
  });
});

describe('which file is the configuration', () => {
  const checked = async (
    args: readonly string[],
    env: Record<string, string>,
    cwd: string,
  ): Promise<string> => {
    const run = await runCli(['config', 'check', ...args], { env, cwd });
    return run.stdout.split(': in order')[0] ?? run.stderr;
  };

  test('is the one named, else the environment’s, else the one at hand, else the shipped one', async () => {
    const [named, fromEnv, here] = [tempDir(), tempDir(), tempDir()];
    const option = ['--config', quickConfig(named)];
    const env = { POP_SLA_CONFIG: quickConfig(fromEnv) };
    mkdirSync(join(here, 'config'));
    const own = quickConfig(join(here, 'config'));
    expect(await checked(option, env, here)).toBe(option[1]);
    expect(await checked([], env, here)).toBe(env.POP_SLA_CONFIG);
    expect(await checked([], { POP_SLA_CONFIG: '' }, here)).toBe(own);
    expect(await checked([], {}, tempDir())).toMatch(/\/config\/pop-sla\.yaml$/);
  });
});

test('config show prints a file that means the same', async () => {
  const folder = tempDir();
  const shown = await runCli(['config', 'show', '--config', quickConfig(folder)]);
  expect(shown).toMatchObject({ code: 0, stderr: '' });
  expect(shown.stdout).toContain('lengthBasis: icmp');
  writeFileSync(join(folder, 'again.yaml'), shown.stdout);
  const again = await runCli(['config', 'show', '--config', join(folder, 'again.yaml')]);
  const body = (text: string) => text.replace(/^#.*\n/, '');
  expect(body(again.stdout)).toBe(body(shown.stdout));
});

test('pops prints the PoPs, wide characters in line', async () => {
  const config = ['--config', quickConfig(tempDir())];
  const run = await runCli(['pops', ...config]);
  expect(run.stdout).toBe(
    [
      'ID    NAME       REGION  ADDRESS     PLACE',
      'LAB1  香港       -       127.0.0.11  -             this agent',
      'LAB2  Singapore  south   127.0.0.12  1.35, 103.82',
      'LAB3  LAB3       -       127.0.0.13  -',
      '',
    ].join('\n'),
  );
  const json = await runCli(['pops', '--json', ...config]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    pops: [{ id: 'LAB1', agent: true }, {}, { agent: false }],
  });
});
