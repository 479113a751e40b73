import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { type SourceFile, sourceFiles } from '../support/source-files.js';

const light =
  /^(commander|picocolors|node:[a-z_/]+|src\/cli\/.*|src\/core\/.*|src\/store\/(store|writer-lock|sqlite\/(network-disk|private-file))\.ts|probes\/probe\.ts)$/;

/** What is loaded with a file: the imports at its top that are not of types only. */
const loadedWith = ({ path, text }: SourceFile): string[] =>
  [...text.matchAll(/(?:^|\n)import\s+(?!type\b)[^;]*?from\s+'([^']+)'/g)]
    .map((match) => match[1] ?? '')
    .map((name) =>
      name.startsWith('.') ? posix.join(posix.dirname(path), name).replace(/\.js$/, '.ts') : name,
    );

const files = new Map(sourceFiles('src').map((file) => [file.path, file]));

/** One of the list, or a file that loads nothing else than such: a list of names, say. */
function isLight(target: string): boolean {
  const file = files.get(target);
  return light.test(target) || (file !== undefined && loadedWith(file).every(isLight));
}

test('a command imports at its top only what costs no time', () => {
  const heavy = sourceFiles('src/cli').flatMap((file) =>
    loadedWith(file)
      .filter((target) => !isLight(target))
      .map((target) => `${file.path} imports ${target}`),
  );
  expect(heavy).toEqual([]);
});
