import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { formatProblems } from '../../src/config/problem.js';
import { threePops } from './support.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pop-sla-config-'));
});
afterEach(() => rm(folder, { recursive: true }));

const problemOf = async (file: string): Promise<string> => {
  const result = await loadConfig(file, folder);
  return result.ok ? 'no problem' : formatProblems(result.problems);
};

test('a relative file and a relative store start at the given directory', async () => {
  await writeFile(join(folder, 'c.yaml'), threePops);
  const result = await loadConfig('c.yaml', folder);
  expect(result.ok && [result.config.file, result.config.store.path]).toEqual([
    join(folder, 'c.yaml'),
    join(folder, 'data/pop-sla.db'),
  ]);
});

test('a byte order mark and Windows line ends are read over', async () => {
  await writeFile(join(folder, 'c.yaml'), `\uFEFF${threePops.replaceAll('\n', '\r\n')}`);
  expect(await problemOf('c.yaml')).toBe('no problem');
});

test('a file that is not there is a problem', async () => {
  expect(await problemOf('none.yaml')).toBe(
    'none.yaml: does not exist; allowed: a readable YAML file, by --config or POP_SLA_CONFIG',
  );
});

test('a directory is a problem', async () => {
  expect(await problemOf('.')).toBe(
    '.: is a directory; allowed: a readable YAML file, by --config or POP_SLA_CONFIG',
  );
});

test('a file that is too long is a problem', async () => {
  await writeFile(join(folder, 'c.yaml'), '#'.repeat(1_048_577));
  expect(await problemOf('c.yaml')).toBe('c.yaml:1:1: is too long; allowed: at most 1048576 characters');
});

test('a file that is nested without end is a problem', async () => {
  await writeFile(join(folder, 'c.yaml'), '['.repeat(100_000));
  expect(await problemOf('c.yaml')).toMatch(/^c\.yaml:1:\d+: is (nested too deeply|not valid YAML)/);
});
