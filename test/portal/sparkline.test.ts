import { expect, test } from 'vitest';
import { drawnSteps, sparklineOf } from '../../src/portal/chart/path-chart.js';

const minuteMs = 60_000;

test('a sparkline counts every round of its day, however often a path is measured, and has few points', () => {
  const [from, to] = [0, 24 * 60 * minuteMs];
  const [stepMs, everyMs] = [15 * minuteMs, minuteMs / 2];
  // Of the second hour nothing was measured.
  const points = Array.from({ length: 96 }, (_, n) => n * stepMs)
    .filter((at) => at < 60 * minuteMs || at >= 120 * minuteMs)
    .map((at) => ({ at: new Date(at).toISOString(), rounds: 30, latencyUs: 20_000, lossPpm: 0 }));
  const steps = drawnSteps({ points, from, to, stepMs });
  const line = sparklineOf({ points: steps, from, to, stepMs, everyMs, commitmentUs: null });
  expect({ held: line.held, due: line.due }).toEqual({ held: 92 * 30, due: 2880 });
  expect(line.paths).toHaveLength(2);
  expect(line.gaps).toHaveLength(1);
  expect(line.paths.join(' ').split(/[ML]/).length).toBeLessThan(100);
});
