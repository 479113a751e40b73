import { expect, test } from 'vitest';
import { firingOver } from '../../dashboards/prometheus/timeline.js';
import { quietDay } from '../../dashboards/prometheus/quiet-day.js';
import { tempDir } from '../../support/temp-dir.js';

/** Those to look at, where it is not the whole month: `3-5`. */
const [first = 0, last = 29] = (process.env['POP_SLA_DAYS'] ?? '0-29').split('-').map(Number);
const minutes = 1440;
const stepSeconds = 600;

test('in a quiet month of 50 PoPs no alert fires', { timeout: 6 * 3_600_000 }, async () => {
  const fired: string[] = [];
  for (let day = first; day <= last; day += 1) {
    const began = performance.now();
    const firing = await firingOver({
      series: quietDay(day).text(minutes, stepSeconds),
      minutes,
      stepSeconds,
      folder: tempDir(),
    });
    const own = firing.flatMap(({ minute, alerts }) =>
      alerts.map((alert) => `day ${day}, minute ${minute}: ${JSON.stringify(alert)}`),
    );
    fired.push(...own);
    console.log(`day ${day}: ${own.length} firing, ${Math.round((performance.now() - began) / 1000)} s`);
  }
  expect(fired).toEqual([]);
});
