import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.js';
import { formatProblems } from '../../src/config/problem.js';
import { root } from '../support/source-files.js';

const folder = join(root, 'test/config/bad');
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
const expected = readFileSync(join(folder, 'expected.txt'), 'utf8').trimEnd().split('\n');
const ofFile = (file: string): string =>
  expected.filter((line) => line.slice(0, line.indexOf(':')) === file).join('\n');

describe('one file per fault, its message word for word', () => {
  test('each message belongs to a file', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(expected.filter((line) => !files.includes(line.slice(0, line.indexOf(':'))))).toEqual([]);
  });

  test.each(files)('%s', (file) => {
    const result = parseConfig(readFileSync(join(folder, file), 'utf8'), file, '/srv');
    expect(result.ok ? 'no problem' : formatProblems(result.problems)).toBe(ofFile(file));
  });
});
