import { describe, expect, test } from 'vitest';
import { createServedTime } from '../../src/engine/served-time.js';

/** A machine on which a timer of `tickMs` comes `late` after its time each time. */
function machine(late: (turn: number) => number) {
  const state = { now: 0, turns: 0 };
  const served = createServedTime({
    monotonicMs: () => state.now,
    sleep: async (ms) => {
      await Promise.resolve();
      state.now += ms + late(state.turns);
      state.turns += 1;
    },
  });
  return { state, served };
}
const { signal } = new AbortController();

describe('the time that a process has had', () => {
  test('is that of the clock where it is served', async () => {
    const { state, served } = machine(() => 1);
    await served.sleep(1_000, signal);
    expect(state.now).toBeGreaterThanOrEqual(1_000);
    expect(state.now).toBeLessThan(1_020);
  });

  test('passes some eight times slower where it has ten turns a second', async () => {
    const { state, served } = machine(() => 90);
    await served.sleep(2_500, signal);
    expect(state.now).toBeGreaterThan(18_000);
    expect(state.now).toBeLessThan(22_000);
  });

  test('does not pass in one long piece of work, or while the process is stopped', async () => {
    const { state, served } = machine((turn) => (turn === 3 ? 600_000 : 0));
    await served.sleep(1_000, signal);
    expect(state.turns).toBeGreaterThan(85);
  });

  test('is over at once for who has given up waiting, and goes on for others', async () => {
    const { state, served } = machine(() => 0);
    const early = new AbortController();
    const [first, second] = [served.sleep(1e9, early.signal), served.sleep(500, signal)];
    early.abort();
    await first;
    expect(state.now).toBeLessThan(500);
    await second;
    expect(state.now).toBe(500);
    await served.sleep(1_000, AbortSignal.abort());
    expect(state.now).toBe(500);
  });

  test('is not slept for when nobody waits any more', async () => {
    let sleeping = 0;
    const served = createServedTime({
      monotonicMs: () => 0,
      sleep: (_, ending) =>
        new Promise<void>((resolve) => {
          sleeping += 1;
          ending?.addEventListener('abort', () => {
            sleeping -= 1;
            resolve();
          });
        }),
    });
    const [first, second] = [new AbortController(), new AbortController()];
    const both = [served.sleep(1_000, first.signal), served.sleep(1_000, second.signal)];
    first.abort();
    expect(sleeping).toBe(1);
    second.abort();
    expect(sleeping).toBe(0);
    await Promise.all(both);
    const third = new AbortController();
    const again = served.sleep(1_000, third.signal);
    expect(sleeping).toBe(1);
    third.abort();
    await again;
    expect(sleeping).toBe(0);
  });
});
