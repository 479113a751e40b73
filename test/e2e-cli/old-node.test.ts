import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../lab/command.js';
import { builtMain, requires } from '../support/requires.js';
import { root } from '../support/source-files.js';

/** Runs the built command as if by Node.js `version`, and lists what it loads. */
const runAs = (version: string, args: readonly string[]) => {
  const versions = `{ ...process.versions, node: '${version}' }`;
  const pretend = `data:text/javascript,Object.defineProperty(process, 'versions', { value: ${versions} })`;
  return run([process.execPath, '--import', pretend, builtMain, ...args]);
};

describe('the version of Node.js', () => {
  requires({ built: true });

  test.each(['18.20.8', '20.20.2', '22.13.1'])('%s is too old, which one line says', async (version) => {
    const done = await runAs(version, ['--version']);
    expect(done).toMatchObject({ code: 1, stdout: '' });
    expect(done.stderr).toMatch(
      new RegExp(
        `^pop-sla: needs Node\\.js 22\\.14 or newer, and \\S+ is ${version.replaceAll('.', '\\.')};.*\\n$`,
      ),
    );
  });

  test.each(['22.14.0', '24.0.0', '26.12.1'])('%s is new enough', async (version) => {
    expect(await runAs(version, ['--version'])).toMatchObject({ code: 0, stderr: '' });
  });

  test('is checked before anything else is loaded', () => {
    const imports = readFileSync(join(root, 'dist', 'src', 'main.js'), 'utf8').match(/^import .*$/gm) ?? [];
    expect(imports.filter((line) => !/ from 'node:\w+';$/.test(line))).toEqual([]);
  });

  test('is the one that package.json names', () => {
    const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    expect(engines.node).toBe('>=22.14');
  });
});
