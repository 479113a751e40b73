import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../support/source-files.js';

const read = (...file: string[]): string => readFileSync(join(root, ...file), 'utf8');
const { version } = JSON.parse(read('package.json')) as { version: string };

test('the lock file and both changelogs are of the version that is packed', () => {
  const lock = JSON.parse(read('package-lock.json')) as {
    version: string;
    packages: Record<string, { version?: string }>;
  };
  expect([lock.version, lock.packages['']?.version]).toEqual([version, version]);
  expect(/^## \[(\d.*?)\] - \d{4}-\d{2}-\d{2}$/m.exec(read('CHANGELOG.md'))?.[1]).toBe(version);
  expect(/^pop-sla \((\S+)\) /.exec(read('config', 'debian', 'changelog'))?.[1]).toBe(version);
});

test('a version has one list of each kind of change, in the usual order', () => {
  const kinds = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
  for (const section of read('CHANGELOG.md').split(/^## /m).slice(1)) {
    const found = [...section.matchAll(/^### (.*)$/gm)].map((match) => match[1] ?? '');
    const [name = ''] = section.split('\n');
    // What is not released yet may come in any order, and is put in order when a version is cut.
    if (!name.startsWith('[Unreleased]'))
      expect(found, name).toEqual(kinds.filter((kind) => found.includes(kind)));
  }
});
