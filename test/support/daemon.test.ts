import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startDaemon } from './daemon.js';
import type { Daemon } from './daemon.js';
import { tempDir } from './temp-dir.js';

/** The watcher itself, on a program that is not the daemon. */
function start(script: string): Daemon {
  const main = join(tempDir(), 'main.mjs');
  writeFileSync(main, script);
  const daemon = startDaemon({ args: [], main });
  onTestFinished(async () => {
    await daemon.stop();
  });
  return daemon;
}

test('collects the log, waits for its lines, and stops the program in order', async () => {
  const daemon = start(`
    console.log('plain');
    console.log(JSON.stringify({ level: 30, msg: 'up', port: 7 }));
    const alive = setInterval(() => {}, 1000);
    process.on('SIGTERM', () => { console.log('going'); clearInterval(alive); process.exitCode = 4; });
  `);
  expect(await daemon.waitForLog('up', (line) => line.msg === 'up')).toMatchObject({ port: 7 });
  expect(daemon.running()).toBe(true);
  expect(await daemon.stop()).toMatchObject({ code: 4, signal: null });
  expect(daemon.running()).toBe(false);
  expect(daemon.lines().filter((line) => !line.startsWith('{'))).toEqual(['plain', 'going']);
});

test('says what it waited for and what the program said, when that ended', async () => {
  const daemon = start(`console.error('no ground'); process.exit(3);`);
  await expect(daemon.waitForLog('the log line', () => false)).rejects.toThrow(
    /ended before the log line[\s\S]*no ground/,
  );
  expect(await daemon.ended).toMatchObject({ code: 3 });
});

test('kills at once', async () => {
  const daemon = start(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('on');`);
  await daemon.waitFor('the first line', () => daemon.lines()[0]);
  expect(await daemon.kill()).toMatchObject({ code: null, signal: 'SIGKILL' });
});
