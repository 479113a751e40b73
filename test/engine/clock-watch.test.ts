import { expect, test } from 'vitest';
import { watchClock, type ClockGap } from '../../src/engine/clock.js';
import { virtualTime } from '../support/virtual-time.js';

const start = Date.parse('2026-10-01T10:10:00Z');
const hour = 3_600_000;

async function watched(disturb: (time: ReturnType<typeof virtualTime>) => void | Promise<void>) {
  const time = virtualTime(start);
  const end = new AbortController();
  const seen: { byMs: number; gap: ClockGap | null }[] = [];
  const pauses: ClockGap[] = [];
  const deviations: number[] = [];
  const watch = watchClock(
    {
      clock: time.clock,
      onStep: (byMs, gap) => seen.push({ byMs, gap }),
      onPause: (gap) => pauses.push(gap),
      onDeviation: (ms) => deviations.push(ms),
    },
    end.signal,
  );
  await time.pass(10_000);
  await disturb(time);
  await time.pass(10_000);
  end.abort();
  await time.pass(1_000);
  await watch;
  return Object.assign(seen, { pauses, deviations });
}

test('a clock that runs evenly says nothing', async () => {
  const seen = await watched(() => undefined);
  expect([...seen, ...seen.pauses, ...seen.deviations]).toEqual([]);
});

test('a step of an hour ahead skips an hour', async () => {
  const seen = await watched((time) => {
    time.step(hour);
  });
  const [step, ...more] = seen;
  expect(seen.deviations).toEqual([hour]);
  expect(more).toEqual([]);
  expect(step?.byMs).toBe(hour);
  expect(step?.gap).toEqual({ from: start + 10_000, to: start + 11_000 + hour, reason: 'clock-stepped' });
});

test('a step of an hour back skips nothing', async () => {
  const seen = await watched((time) => {
    time.step(-hour);
  });
  expect([...seen]).toEqual([{ byMs: -hour, gap: null }]);
  expect(seen.deviations).toEqual([-hour]);
});

test('a sleep is told from a step', async () => {
  const seen = await watched((time) => {
    time.suspend(hour);
  });
  expect(seen[0]?.gap?.reason).toBe('asleep');
  expect(seen.deviations).toEqual([]);
});

test('a process that was stopped knows it by the monotonic clock, though no clock was set', async () => {
  const seen = await watched((time) => {
    time.stall(hour);
  });
  expect([...seen]).toEqual([]);
  expect(seen.pauses).toEqual([{ from: start + 10_000, to: start + 10_000 + hour, reason: 'paused' }]);
  expect(seen.deviations).toEqual([]);
});

test('a clock that comes back is in step again at once, one that stays ahead after a quarter of an hour', async () => {
  const back = await watched(async (time) => {
    time.step(hour);
    await time.pass(20_000);
    time.step(-hour);
  });
  expect(back.deviations).toEqual([hour, 0]);
  const stays = await watched(async (time) => {
    time.step(hour);
    await time.pass(16 * 60_000);
  });
  expect(stays.deviations).toEqual([hour, 0]);
});
