import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { quickConfig } from '../support/quick-config.js';
import { builtMain, requires } from '../support/requires.js';
import { tempDir } from '../support/temp-dir.js';

requires({ built: true, commands: ['script'] });

test(
  'on a terminal the daemon speaks to a person, and Ctrl-C ends it in order',
  { timeout: 60_000 },
  async () => {
    const config = quickConfig(tempDir());
    const terminal = spawn('script', [
      '-qec',
      // exec: a shell between them would answer the Ctrl-C too, and dash then ends with 130 whatever its child did.
      `exec "${process.execPath}" "${builtMain}" run --config "${config}"`,
      '/dev/null',
    ]);
    const ended = new Promise((resolve) => terminal.once('exit', resolve));
    let text = '';
    await new Promise<void>((resolve) => {
      terminal.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('MEAN ms')) resolve();
      });
      terminal.once('exit', () => {
        resolve();
      });
    });
    // What Ctrl-C is on a terminal.
    terminal.stdin.write('\u0003');
    expect(await ended).toBe(0);
    expect(text).toContain('the first round:');
    expect(text).not.toContain('{"level"');
    expect(text).toContain('stopped');
  },
);
