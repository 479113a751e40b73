import { expect, test } from 'vitest';
import { virtualClock } from '../../src/simulate/virtual-clock.js';

test('sleepers wake in the order of their time, and time stands still while nobody lets it pass', async () => {
  const { clock, passUntil } = virtualClock(1_000);
  const woken: [string, number][] = [];
  const sleeper = async (name: string, ...naps: number[]): Promise<void> => {
    for (const ms of naps) {
      await clock.sleep(ms);
      woken.push([name, clock.now()]);
    }
  };
  void sleeper('a', 30, 30);
  void sleeper('b', 10, 30, 10);
  await new Promise(setImmediate);
  expect(woken).toEqual([]);
  await passUntil(1_055);
  expect(woken).toEqual([
    ['b', 1_010],
    ['a', 1_030],
    ['b', 1_040],
    ['b', 1_050],
  ]);
  expect(clock.now()).toBe(1_055);
  await passUntil(1_100);
  expect(woken).toHaveLength(5);
});

test('what was aborted wakes at once, and no time passes for it', async () => {
  const { clock, passDuring } = virtualClock(0);
  const ending = new AbortController();
  const long = clock.sleep(1_000_000, ending.signal);
  await passDuring(
    clock.sleep(5).then(() => {
      ending.abort('enough');
    }),
  );
  await long;
  expect(clock.now()).toBe(5);
  expect(clock.monotonicMs()).toBe(5);
});

test('a thousand naps, and work that the event loop has to do meanwhile', async () => {
  const { clock, passDuring, set } = virtualClock(0);
  let turns = 0;
  const work = async (): Promise<number> => {
    for (let nap = 0; nap < 1_000; nap += 1) await clock.sleep(1);
    await new Promise<void>((resolve) =>
      setImmediate(() => {
        turns += 1;
        resolve();
      }),
    );
    return clock.now();
  };
  expect(await passDuring(work())).toBe(1_000);
  expect(turns).toBe(1);
  set(10);
  expect(clock.now()).toBe(10);
});

test('work that fails fails for who lets time pass', async () => {
  const { clock, passDuring } = virtualClock(0);
  const fail = async (): Promise<void> => {
    await clock.sleep(1);
    throw new Error('so it is');
  };
  await expect(passDuring(fail())).rejects.toThrow('so it is');
});
