import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { root } from '../support/source-files.js';
import { tempDir } from '../support/temp-dir.js';

const own = `${process.platform}-${process.arch}.node`;
const licenceInReadme = '# b\n\nwords\n\n## License\n\nMIT, by somebody\n';
const contents: Record<string, string> = {
  'b/README.md': licenceInReadme,
  'a/README.md': licenceInReadme,
  'd/README.md': '# d\n',
};
const stays = [
  'b/README.md',
  'a/index.js',
  'a/package.json',
  'a/LICENSE',
  'a/LICENSE.md',
  '@b/c/data.json',
  `better-sqlite3/prebuilds/${own}`,
  'better-sqlite3/lib/index.js',
];
const goes = [
  'a/index.js.map',
  'a/index.d.ts',
  'a/README.md',
  'd/README.md',
  '@b/c/lib/x.d.mts',
  'better-sqlite3/deps/sqlite3/sqlite3.c',
  'better-sqlite3/src/binding.cpp',
  'better-sqlite3/prebuilds/win32-x64.node',
];

test('a production installation loses what never runs, and nothing else', () => {
  const folder = tempDir();
  for (const name of [...stays, ...goes]) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), contents[name] ?? '');
  }
  const done = spawnSync(process.execPath, [join(root, '.node', 'prune.mjs'), folder], { encoding: 'utf8' });
  expect(done.stderr).toBe('');
  const left = [...stays, ...goes].filter((name) => existsSync(join(folder, name)));
  expect(left.sort()).toEqual([...stays].sort());
});
