import { expect, test } from 'vitest';
import { createSlotScheduler } from '../../src/engine/scheduler.js';
import { virtualTime } from '../support/virtual-time.js';

const halfHour = 1_800_000;
const start = Date.parse('2026-10-01T10:10:00Z');
const iso = (at: number): string => new Date(at).toISOString().slice(11, 16);

function scheduled() {
  const time = virtualTime(start);
  const due: string[] = [];
  const late: string[] = [];
  const scheduler = createSlotScheduler({
    clock: time.clock,
    alarm: time.alarm,
    startWithinMs: () => 5_000,
    onSlot: (slot) => due.push(iso(slot)),
    onLate: (slot) => late.push(iso(slot)),
  });
  scheduler.arm(halfHour);
  return { time, due, late, scheduler };
}

test('every slot of the wall clock is due once', async () => {
  const { time, due, late } = scheduled();
  await time.pass(2 * 3_600_000);
  expect(due).toEqual(['10:30', '11:00', '11:30', '12:00']);
  expect(late).toEqual([]);
});

test('a slot that passed while the machine slept is late, and the next one is due', async () => {
  const { time, due, late } = scheduled();
  time.suspend(45 * 60_000);
  await time.pass(10 * 60_000);
  expect(late).toEqual(['10:30']);
  expect(due).toEqual(['11:00']);
});

test('after the clock was set back the slots of the wall clock are followed', async () => {
  const { time, due, scheduler } = scheduled();
  await time.pass(25 * 60_000);
  time.step(-3_600_000);
  scheduler.arm(halfHour);
  await time.pass(30 * 60_000);
  expect(due).toEqual(['10:30', '10:00']);
});

test('another interval holds from when it is armed', async () => {
  const { time, due, scheduler } = scheduled();
  scheduler.arm(900_000);
  await time.pass(25 * 60_000);
  scheduler.stop();
  await time.pass(3_600_000);
  expect(due).toEqual(['10:15', '10:30']);
});

test('a slot that came just before the settings changed, and whose alarm was still on its way, is due once', async () => {
  const { time, due, late, scheduler } = scheduled();
  time.stall(20 * 60_000 + 43);
  scheduler.change(halfHour);
  expect(due).toEqual(['10:30']);
  scheduler.change(900_000);
  await time.pass(15 * 60_000);
  expect(due).toEqual(['10:30', '10:45']);
  expect(late).toEqual([]);
  scheduler.stop();
  time.stall(900_000);
  scheduler.change(900_000);
  expect(due).toHaveLength(2);
});
