import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startDaemon } from '../support/daemon.js';
import { requires } from '../support/requires.js';
import { tempDir } from '../support/temp-dir.js';
import { createSteppedClock } from './stepped-clock.js';

requires({ commands: ['gcc'] });

test("steps a program's wall clock and nothing else", async () => {
  const folder = tempDir();
  const clock = createSteppedClock(join(folder, 'offset'));
  const main = join(folder, 'main.mjs');
  writeFileSync(
    main,
    `setInterval(() => console.log(JSON.stringify({ level: 30, msg: 'look',
      wall: Date.now(), monotonic: Number(process.hrtime.bigint() / 1000000n) })), 20);`,
  );
  const program = startDaemon({ args: [], main, env: clock.env });
  onTestFinished(async () => {
    await program.stop();
  });
  const look = async () => {
    const after = program.log().length + 1;
    const line = await program.waitForLog('a look', () => true, { after });
    return { wall: Number(line['wall']), monotonic: Number(line['monotonic']) };
  };
  const off = (ms: number): number => Math.round((ms - Date.now()) / 60_000) + 0;

  const before = await look();
  expect(off(before.wall)).toBe(0);
  clock.setOffset(3_600_000);
  const ahead = await look();
  expect(off(ahead.wall)).toBe(60);
  expect(ahead.monotonic - before.monotonic).toBeLessThan(60_000);
  clock.setOffset(-3_600_000);
  expect(off((await look()).wall)).toBe(-60);
});
