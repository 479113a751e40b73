import { expect, test } from 'vitest';
import { watchClock, type ClockGap } from '../../src/engine/clock-watch.js';
import { virtualTime } from '../support/virtual-time.js';

const start = Date.parse('2026-10-01T10:10:00Z');
const hour = 3_600_000;

async function watched(disturb: (time: ReturnType<typeof virtualTime>) => void) {
  const time = virtualTime(start);
  const end = new AbortController();
  const seen: { byMs: number; gap: ClockGap | null }[] = [];
  const watch = watchClock(
    { clock: time.clock, onStep: (byMs, gap) => seen.push({ byMs, gap }) },
    end.signal,
  );
  await time.pass(10_000);
  disturb(time);
  await time.pass(10_000);
  end.abort();
  await watch;
  return seen;
}

test('a clock that runs evenly says nothing', async () => {
  expect(await watched(() => undefined)).toEqual([]);
});

test('a step of an hour ahead skips an hour', async () => {
  const [step, ...more] = await watched((time) => {
    time.step(hour);
  });
  expect(more).toEqual([]);
  expect(step?.byMs).toBe(hour);
  expect(step?.gap).toEqual({ from: start + 10_000, to: start + 11_000 + hour, reason: 'clock-stepped' });
});

test('a step of an hour back skips nothing', async () => {
  expect(
    await watched((time) => {
      time.step(-hour);
    }),
  ).toEqual([{ byMs: -hour, gap: null }]);
});

test('a sleep is told from a step', async () => {
  const [step] = await watched((time) => {
    time.suspend(hour);
  });
  expect(step?.gap?.reason).toBe('asleep');
});
