import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createSteppedClock } from '../lab/stepped-clock.js';
import { integrityOf } from '../support/database.js';
import { requires } from '../support/requires.js';
import { startRunning } from '../support/running.js';
import { tempDir } from '../support/temp-dir.js';

const hour = 3_600_000;

/** The wall clock is set while the daemon runs; the rules: never run late under an old name, never counted as loss. */
describe('the clock is stepped', () => {
  requires({ commands: ['gcc'], built: true });

  test.each([
    ['ahead', hour],
    ['back', -hour],
  ])('an hour %s', { timeout: 60_000 }, async (_way, step) => {
    const folder = tempDir();
    const clock = createSteppedClock(join(folder, 'clock'));
    const { daemon, round, rounds, get, database } = startRunning({ folder, env: clock.env });
    await round('a held round', ({ status }) => status === 'ok');
    const steppedAt = Date.now();
    clock.setOffset(step);
    await daemon.waitFor('the metric', async () =>
      /^pop_sla_daemon_clock_steps\w* [1-9]/m.test((await get('/metrics')).body) ? true : undefined,
    );
    // A clock that is set back names rounds at once. One that is ahead is believed after a quarter of an hour only: until
    // then rounds have the names of the clock since boot, and no slot is given away to a time that is yet to come.
    const name = step > 0 ? steppedAt : steppedAt + step;
    await round(
      'a held round after it',
      ({ status, slot }) => status === 'ok' && Date.parse(slot) > name && Date.parse(slot) < name + hour / 2,
      30_000,
    );
    await sleep(4000);
    const all = await rounds();
    // A slot's name is a multiple of the interval, and once only.
    const held = all.filter(({ status }) => status === 'ok');
    expect(new Set(held.map(({ path, slot }) => `${path} ${slot}`)).size).toBe(held.length);
    for (const { slot, startedAt } of held) {
      expect(Date.parse(slot) % 2000).toBe(0);
      // Started within its own slot, by the clock that gave the name.
      const late = Date.parse(startedAt ?? '') - Date.parse(slot);
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThan(2000);
    }
    // No packet's time and no packet's fate comes from the clock that was set.
    for (const { sizes } of held)
      for (const size of sizes) expect(size).toMatchObject({ sent: 5, received: 5 });
    for (const { sizes } of held) for (const size of sizes) expect(size.rttMaxUs).toBeLessThan(100_000);
    const missing = all.filter(({ status }) => status === 'missing');
    // Nothing was skipped: what a clock ahead jumps over may yet come, and a round is nobody's loss.
    expect(missing).toEqual([]);
    await daemon.stop();
    expect(integrityOf(database)).toBe('ok');
  });
});
