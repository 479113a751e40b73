import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countSize } from '../../../src/core/measurement/round.js';
import type { RoundRequest, RoundResult } from '../../../probes/probe.js';
import { openSimulated } from '../../../probes/simulated/driver.js';
import type { SimulatedClock, SimulatedRule } from '../../../probes/simulated/script.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/** A clock on which a sleep is over at once, and the time has passed. */
function leapingClock(startsAt: number): SimulatedClock & { readonly sleeps: number } {
  let passedMs = 0;
  let sleeps = 0;
  return {
    now: () => startsAt + passedMs,
    monotonicMs: () => passedMs,
    sleep: (ms) => {
      sleeps += 1;
      passedMs += ms;
      return Promise.resolve();
    },
    get sleeps() {
      return sleeps;
    },
  };
}

const start = Date.UTC(2026, 0, 1);
const request = (change: Partial<RoundRequest> = {}): RoundRequest => ({
  address: '192.0.2.1',
  sizes: [64, 128, 512].map((bytes) => ({ bytes, icmpBytes: bytes })),
  count: 100,
  intervalMs: 1000,
  lostAfterMs: 2000,
  lateWaitMs: 1000,
  signal: new AbortController().signal,
  ...change,
});
const rule = (keys: Partial<SimulatedRule>): SimulatedRule => ({
  address: null,
  from: null,
  to: null,
  ...keys,
});
const open = (rules: SimulatedRule[], clock = leapingClock(start), seed = 7) =>
  openSimulated({ log: silent, script: { seed, rules }, clock });
const countsOf = (result: RoundResult) => result.sizes.map(countSize);

describe('the simulated kind', () => {
  test('answers every packet after the delay, in one sleep a round', async () => {
    const clock = leapingClock(start);
    const result = await open([rule({ delayUs: 20_000 })], clock).measure(request());
    expect(result.ended).toBe('completed');
    expect(result.reason).toBeNull();
    expect(result.sizes.map((size) => size.bytes)).toEqual([64, 128, 512]);
    for (const size of countsOf(result))
      expect(size).toMatchObject({ sent: 100, received: 100, rttMinUs: 20_000, rttMaxUs: 20_000 });
    expect(clock.sleeps).toBe(1);
    // The last packet leaves after 99 s and two thirds, and is answered 20 ms later.
    expect(clock.monotonicMs()).toBeCloseTo(99_000 + 2000 / 3 + 20, 6);
  });

  test('draws jitter around the delay, and loss by its chance', async () => {
    const driver = open([rule({ delayUs: 20_000, jitterUs: 500, loss: 0.1 })]);
    const [size] = countsOf(await driver.measure(request({ count: 20_000, intervalMs: 1 })));
    if (!size) throw new Error('no size');
    expect(size.received / size.sent).toBeGreaterThan(0.89);
    expect(size.received / size.sent).toBeLessThan(0.91);
    const rtts = (await driver.measure(request({ count: 20_000, intervalMs: 1 }))).sizes[0]?.packets.flatMap(
      (packet) => (packet.kind === 'received' ? [packet.rttUs] : []),
    );
    const mean = (rtts ?? []).reduce((sum, rtt) => sum + rtt, 0) / (rtts ?? []).length;
    const deviation = Math.sqrt(
      (rtts ?? []).reduce((sum, rtt) => sum + (rtt - mean) ** 2, 0) / (rtts ?? []).length,
    );
    expect(Math.abs(mean - 20_000)).toBeLessThan(20);
    expect(Math.abs(deviation - 500)).toBeLessThan(15);
  });

  test('gives a packet the same fate however the paths interleave', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([1, 2, 3, 4, 5, 6]), fc.integer(), async (order, seed) => {
        const rules = [rule({ delayUs: 5000, jitterUs: 900, loss: 0.3 })];
        const alone = await open(rules, leapingClock(start), seed).measure(request({ address: '192.0.2.3' }));
        const driver = open(
          rules,
          { ...leapingClock(start), now: () => start, monotonicMs: () => 0, sleep: () => Promise.resolve() },
          seed,
        );
        const together = await Promise.all(
          [...order, 3].map((host) => driver.measure(request({ address: `192.0.2.${host}` }))),
        );
        expect(together.at(-1)).toEqual(alone);
      }),
      { numRuns: 20 },
    );
  });

  test.each([
    ['another seed', 8, start, '192.0.2.1'],
    ['another start', 7, start + 1, '192.0.2.1'],
    ['another address', 7, start, '192.0.2.2'],
  ])('gives other fates to %s', async (_what, seed, startsAt, address) => {
    const rules = [rule({ jitterUs: 1000 })];
    const one = await open(rules).measure(request());
    const other = await open(rules, leapingClock(startsAt), seed).measure(request({ address }));
    expect(other.sizes).not.toEqual(one.sizes);
  });

  test('plays an outage from one instant to another, for one address', async () => {
    const rules = [rule({ address: '192.0.2.1', from: start + 10_000, to: start + 30_000, down: true })];
    const result = await open(rules).measure(request());
    const lostAt = result.sizes[0]?.packets.flatMap((packet, index) =>
      packet.kind === 'lost' ? [index] : [],
    );
    expect(lostAt).toEqual(Array.from({ length: 20 }, (_, index) => index + 10));
    const other = await open(rules).measure(request({ address: '192.0.2.2' }));
    expect(countsOf(other).map((size) => size.received)).toEqual([100, 100, 100]);
  });

  test('lets a later rule override only the keys it sets', async () => {
    const result = await open([rule({ delayUs: 3000, loss: 1 }), rule({ loss: 0 })]).measure(request());
    expect(countsOf(result)[0]).toMatchObject({ received: 100, rttMaxUs: 3000 });
  });

  test.each([
    [2_000_000, 'received'],
    [2_000_001, 'late'],
    [3_000_000, 'late'],
    [3_000_001, 'lost'],
  ])('calls a reply after %i microseconds %s', async (delayUs, kind) => {
    const result = await open([rule({ delayUs })]).measure(request({ count: 1 }));
    expect(result.sizes[0]?.packets[0]?.kind).toBe(kind);
  });

  test('keeps what was measured when it is aborted, and calls the rest not sent', async () => {
    const controller = new AbortController();
    const clock = leapingClock(start);
    const sleep = async (ms: number): Promise<void> => {
      await clock.sleep(Math.min(ms, 50_100));
      controller.abort();
    };
    const driver = open([rule({ delayUs: 20_000 })], { ...clock, sleep, sleeps: 0 });
    const result = await driver.measure(request({ signal: controller.signal }));
    expect(result).toMatchObject({ ended: 'aborted', reason: 'aborted on request' });
    expect(countsOf(result).map((size) => [size.received, size.notSent])).toEqual([
      [51, 49],
      [50, 50],
      [50, 50],
    ]);
  });

  test('never calls a packet lost that had no time to be answered', async () => {
    const controller = new AbortController();
    const clock = leapingClock(start);
    const sleep = async (): Promise<void> => {
      await clock.sleep(10_500);
      controller.abort();
    };
    const result = await open([rule({ down: true })], { ...clock, sleep, sleeps: 0 }).measure(
      request({ signal: controller.signal }),
    );
    // Sent at 0 … 10 s and silent: those up to 8 s have been waited for; the others are nothing anyone measured.
    expect(countsOf(result)[0]).toMatchObject({ sent: 9, received: 0, notSent: 91 });
  });

  test('tells how far it is, and never that nothing is left before the end', async () => {
    const seen: number[] = [];
    const result = await open([]).measure(
      request({
        onProgress: ({ sent, received, total }) => {
          expect(received).toBeLessThanOrEqual(sent);
          expect(total).toBe(300);
          seen.push(received);
        },
      }),
    );
    expect(result.ended).toBe('completed');
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(300);
  });

  test('fails a round to what is no address', async () => {
    const result = await open([]).measure(request({ address: 'pop.example' }));
    expect(result).toMatchObject({
      ended: 'failed',
      reason: '"pop.example" is not an IP address',
      sizes: [],
    });
  });
});
