import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatProblems } from '../../../src/config/problem.js';
import { badFolder, parsed } from './support.js';

const files = readdirSync(badFolder).filter((file) => file.endsWith('.yaml'));
const expected = readFileSync(join(badFolder, 'expected.txt'), 'utf8').trimEnd().split('\n');
const ofFile = (file: string): string =>
  expected.filter((line) => line.slice(0, line.indexOf(':')) === file).join('\n');

describe('one file of customers per fault, its message word for word', () => {
  test('each message belongs to a file', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(expected.filter((line) => !files.includes(line.slice(0, line.indexOf(':'))))).toEqual([]);
  });

  test.each(files)('%s', (file) => {
    const result = parsed(readFileSync(join(badFolder, file), 'utf8'), file);
    expect(result.ok ? 'no problem' : formatProblems(result.problems)).toBe(ofFile(file));
  });
});
