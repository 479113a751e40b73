import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../../support/source-files.js';

const folder = join(import.meta.dirname, 'cases');
const names = readdirSync(folder).flatMap((name) => /^(.+)\.expected\.json$/.exec(name)?.[1] ?? []);

/** The built command, as a person runs it. */
const evaluate = (...args: string[]) =>
  spawnSync(process.execPath, [join(root, 'dist/src/main.js'), 'evaluate', ...args], { encoding: 'utf8' });

describe('pop-sla evaluate, over whole cases', () => {
  test('has cases', () => {
    expect(names.length).toBeGreaterThanOrEqual(6);
  });

  test.each(names)('%s', (name) => {
    const result = evaluate(join(folder, `${name}.json`));
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
    expect(JSON.parse(result.stdout)).toEqual(
      JSON.parse(readFileSync(join(folder, `${name}.expected.json`), 'utf8')),
    );
  });
});
