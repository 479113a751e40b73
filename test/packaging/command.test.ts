import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../lab/command.js';
import { builtMain, requires } from '../support/requires.js';
import { root } from '../support/source-files.js';
import { tempDir } from '../support/temp-dir.js';

const command = join(root, '.node', 'pop-sla.mjs');

test('before the first build the command says what to do', async () => {
  const checkout = tempDir();
  cpSync(command, join(checkout, '.node', 'pop-sla.mjs'));
  expect(await run([join(checkout, '.node', 'pop-sla.mjs'), 'status'], { env: process.env })).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'pop-sla: nothing is built here yet; allowed: npm run build\n',
  });
});

describe('after it', () => {
  requires({ built: true });

  test.each(['--version', 'status --nothing', 'help run'])('the command is the program: %s', async (line) => {
    const [own, main] = await Promise.all(
      [[command], [process.execPath, builtMain]].map((argv) =>
        run([...argv, ...line.split(' ')], { env: process.env }),
      ),
    );
    expect(own).toEqual(main);
  });
});
