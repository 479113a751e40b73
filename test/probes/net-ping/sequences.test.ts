import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sequences } from '../../../probes/net-ping/endpoints.js';

describe('sequence numbers', () => {
  test('are never 0, never above 65535, and run out rather than be reused too early', () => {
    const table = sequences<string>();
    const taken = Array.from({ length: 65_535 }, (_, turn) => table.take('a', turn, 0, 3000));
    expect(Math.min(...taken.map(Number))).toBe(1);
    expect(new Set(taken).size).toBe(65_535);
    expect(table.take('b', 0, 2999, 6000)).toBeNull();
    expect(table.ownerOf(1)).toBe('a');
    expect(table.take('b', 7, 3000, 6000)).toBe(1);
    expect(table.ownerOf(1)).toBe('b');
    expect(table.turnOf(1)).toBe(7);
  });

  test('rest after they are released', () => {
    const table = sequences<string>();
    const first = table.take('a', 0, 0, 3000) ?? 0;
    table.release('a', first);
    expect(table.ownerOf(first)).toBeNull();
    const next = Array.from({ length: 65_534 }, () => table.take('b', 0, 10, 3010));
    expect(next).not.toContain(first);
    expect(table.take('b', 0, 10, 3010)).toBeNull();
  });

  test('are released by their owner only', () => {
    const table = sequences<string>();
    const sequence = table.take('a', 0, 0, 0) ?? 0;
    table.release('b', sequence);
    expect(table.ownerOf(sequence)).toBe('a');
  });

  test('are never given to two packets whose replies are waited for at one time', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            afterMs: fc.nat(2000),
            waitMs: fc.nat(4000),
            burst: fc.integer({ min: 1, max: 20_000 }),
          }),
          {
            maxLength: 8,
          },
        ),
        (steps) => {
          const table = sequences<number>();
          const until = new Float64Array(65_536);
          let nowMs = 0;
          for (const { afterMs, waitMs, burst } of steps) {
            nowMs += afterMs;
            for (let turn = 0; turn < burst; turn += 1) {
              const sequence = table.take(1, turn, nowMs, nowMs + waitMs);
              if (sequence === null) break;
              if ((until[sequence] ?? 0) > nowMs) throw new Error(`${sequence} was still waited for`);
              until[sequence] = nowMs + waitMs;
            }
          }
          expect(table.ownerOf(0)).toBeNull();
        },
      ),
      { numRuns: 30 },
    );
  });
});
