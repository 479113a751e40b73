import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createClockGuard } from '../../../probes/kernel/clock-guard.js';
import { rttOf } from '../../../probes/kernel/rtt.js';

const usual = { sentMonoNs: 1000, sentRealNs: 501_000, txNs: 511_000, rxNs: 611_000, seenMonoNs: 121_000 };

describe('the RTT', () => {
  test('is that of the kernel, when both its stamps hold', () => {
    expect(rttOf({ ...usual, stepped: false })).toEqual({ ns: 100_000, source: 'kernel-tx-rx' });
  });

  test.each([
    ['no TX stamp', { txNs: NaN }],
    ['a TX stamp after the reply', { txNs: 611_001 }],
    ['a TX stamp of long ago', { txNs: 11_000 }],
  ])('goes by the RX stamp alone with %s', (_what, stamps) => {
    expect(rttOf({ ...usual, ...stamps, stepped: false })).toEqual({ ns: 110_000, source: 'kernel-rx' });
  });

  test.each([
    ['no stamps', { txNs: NaN, rxNs: NaN }],
    ['stamps after what was seen', { rxNs: 10_611_000 }],
    ['stamps before the sending', { rxNs: 400_000, txNs: 300_000, sentRealNs: 501_000, seenMonoNs: 50_000 }],
  ])('goes by the monotonic clock with %s', (_what, stamps) => {
    const all = { ...usual, ...stamps, stepped: false };
    expect(rttOf(all)).toEqual({ ns: all.seenMonoNs - all.sentMonoNs, source: 'user' });
  });

  test('never goes by the wall clock across a step, and is never negative or longer than what was seen', () => {
    const ns = fc.integer({ min: -1e12, max: 1e12 });
    fc.assert(
      fc.property(
        ns,
        ns,
        ns,
        fc.nat(1e9),
        fc.nat(1e9),
        fc.boolean(),
        (txNs, rxNs, sentRealNs, from, took, stepped) => {
          const rtt = rttOf({ txNs, rxNs, sentRealNs, sentMonoNs: from, seenMonoNs: from + took, stepped });
          expect(rtt.ns).toBeGreaterThanOrEqual(0);
          expect(rtt.ns).toBeLessThanOrEqual(took + 2000);
          if (stepped) expect(rtt).toEqual({ ns: took, source: 'user' });
        },
      ),
    );
  });
});

describe('the clock guard', () => {
  test('sees no step in clocks that run alike, however slow the readings are', () => {
    const reading = fc.record({ pause: fc.nat(1e9), before: fc.nat(5e6), after: fc.nat(5e6) });
    fc.assert(
      fc.property(fc.integer(), fc.array(reading), (offset, readings) => {
        const guard = createClockGuard();
        let now = 0;
        for (const { pause, before, after } of readings) {
          now += pause + before;
          guard.observe(now - before, now + offset, now + after);
          now += after;
        }
        expect(guard.epoch).toBe(0);
      }),
    );
  });

  test('sees every step that is longer than its readings, forth and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30_000, max: 1e10 }), fc.boolean(), (size, back) => {
        const step = back ? -size : size;
        const guard = createClockGuard();
        expect(guard.observe(0, 5000, 10_000)).toBe(0);
        expect(guard.observe(1e6, 1e6 + 5000 + step, 1e6 + 10_000)).toBe(1);
        expect(Math.abs(guard.lastStepNs - step)).toBeLessThanOrEqual(10_000);
        expect(guard.observe(2e6, 2e6 + 5000 + step, 2e6 + 10_000)).toBe(1);
        expect(guard.observe(3e6, 3e6 + 5000, 3e6 + 10_000)).toBe(2);
      }),
    );
  });
});
