import { expect, test } from 'vitest';
import { sourceFiles } from '../support/source-files.js';

const light = /^(commander|picocolors|node:[a-z/]+|src\/cli\/.*|src\/core\/.*)$/;

test('a command imports at its top only what costs no time', () => {
  const heavy = sourceFiles('src/cli').flatMap((file) =>
    [...file.text.matchAll(/(?:^|\n)import\s+(?!type\b)[^;]*?from\s+'([^']+)'/g)]
      .map((match) => match[1] ?? '')
      .map(
        (name) => file.imports.find((target) => name.startsWith('.') && target.endsWith(base(name))) ?? name,
      )
      .filter((target) => !light.test(target))
      .map((target) => `${file.path} imports ${target}`),
  );
  expect(heavy).toEqual([]);
});

const base = (name: string): string => name.replace(/^(\.\.?\/)+/, '/').replace(/\.js$/, '.ts');
