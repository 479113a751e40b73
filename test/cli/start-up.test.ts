import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { sourceFiles } from '../support/source-files.js';

const light =
  /^(commander|picocolors|node:[a-z_/]+|src\/cli\/.*|src\/core\/.*|src\/store\/(store|writer-lock|sqlite\/(network-disk|private-file))\.ts|src\/render\/rounds-csv-columns\.ts|probes\/probe\.ts)$/;

test('a command imports at its top only what costs no time', () => {
  const heavy = sourceFiles('src/cli').flatMap((file) =>
    [...file.text.matchAll(/(?:^|\n)import\s+(?!type\b)[^;]*?from\s+'([^']+)'/g)]
      .map((match) => match[1] ?? '')
      .map((name) =>
        name.startsWith('.') ? posix.join(posix.dirname(file.path), name).replace(/\.js$/, '.ts') : name,
      )
      .filter((target) => !light.test(target))
      .map((target) => `${file.path} imports ${target}`),
  );
  expect(heavy).toEqual([]);
});
