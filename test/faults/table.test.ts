import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { faults } from './table.js';

test('every fault has a name of its own', () => {
  const ids = faults.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
  for (const id of ids) expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
});

test('every fault has a test that names it', () => {
  const without = faults.filter(
    ({ id, test: file }) => !existsSync(file) || !namesIn(readFileSync(file, 'utf8')).has(id),
  );
  expect(without.map(({ id, test: file }) => `${id}: ${file}`)).toEqual([]);
});

/** Whole words only: `log-disk` isn't named by `log-disk-full`. */
function namesIn(source: string): Set<string> {
  return new Set(source.match(/[a-z0-9]+(?:-[a-z0-9]+)+/g) ?? []);
}
