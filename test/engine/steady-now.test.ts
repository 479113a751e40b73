import { expect, test } from 'vitest';
import { createAlarm, createSteadyNow } from '../../src/engine/steady-now.js';
import { virtualTime } from '../support/virtual-time.js';

const minute = 60_000;
const day = 86_400_000;

test('a step ahead counts when it has stood for a quarter of an hour', async () => {
  const time = virtualTime(1_000_000);
  const now = createSteadyNow(time.clock);
  time.step(day);
  expect(now()).toBe(1_000_000);
  await time.pass(14 * minute);
  expect(now()).toBe(1_000_000 + 14 * minute);
  await time.pass(minute);
  expect(now()).toBe(1_000_000 + 15 * minute + day);
});

test('a clock that is ahead for a while never shows', async () => {
  const time = virtualTime(0);
  const now = createSteadyNow(time.clock);
  time.step(day);
  now();
  await time.pass(minute);
  time.step(-day);
  expect(now()).toBe(minute);
});

test('a clock that is set back is followed at once, and back to where it was too', async () => {
  const time = virtualTime(day);
  const now = createSteadyNow(time.clock);
  time.step(-minute);
  expect(now()).toBe(day - minute);
  await time.pass(5 * minute);
  time.step(minute);
  expect(now()).toBe(day + 5 * minute);
  // Further than it was is ahead.
  time.step(minute);
  expect(now()).toBe(day + 5 * minute);
});

test('a clock that has been set back for long is right: where it was before is ahead of it', async () => {
  const time = virtualTime(day);
  const now = createSteadyNow(time.clock);
  time.step(-60 * minute);
  now();
  await time.pass(16 * minute);
  now();
  time.step(60 * minute);
  expect(now()).toBe(day - 44 * minute);
});

test('a machine that sleeps loses no time', () => {
  const time = virtualTime(0);
  const now = createSteadyNow(time.clock);
  time.suspend(day);
  expect(now()).toBe(day);
});

test('an alarm waits by that time, and rings once or not at all', async () => {
  const time = virtualTime(0);
  const clock = {
    now: createSteadyNow(time.clock),
    sleep: (ms: number, signal?: AbortSignal) => time.clock.sleep(ms, signal),
  };
  const rang: number[] = [];
  createAlarm(clock).at(90_000, () => rang.push(clock.now()));
  createAlarm(clock)
    .at(90_000, () => rang.push(-1))
    .cancel();
  time.step(day);
  await time.pass(89_000);
  expect(rang).toEqual([]);
  await time.pass(2_000);
  expect(rang).toEqual([90_000]);
  await time.pass(minute);
  expect(rang).toHaveLength(1);
});
