import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLedger } from '../../../probes/kernel/wires.js';

describe('the ledger', () => {
  test('gives no number twice while its packet is waited for', () => {
    fc.assert(
      fc.property(
        fc.nat(0xffff),
        fc.array(fc.record({ patience: fc.nat(50), pause: fc.nat(3) }), { maxLength: 400 }),
        (first, takes) => {
          const ledger = createLedger(first);
          const until = new Map<number, number>();
          let now = 0;
          takes.forEach(({ patience, pause }, index) => {
            now += pause;
            const sequence = ledger.take(1, index, index, ~index >>> 0, now + patience, now);
            expect(sequence).toBeGreaterThanOrEqual(0);
            expect(until.get(sequence) ?? -1).toBeLessThanOrEqual(now);
            until.set(sequence, now + patience);
            expect(ledger.packetOf(sequence)).toBe(index);
            expect(ledger.tokenIs(sequence, index, ~index >>> 0)).toBe('own');
          });
        },
      ),
    );
  });

  test('says so when all numbers are taken, and ends', () => {
    const ledger = createLedger(5);
    for (let index = 0; index < 0x10000; index += 1)
      expect(ledger.take(1, index, 0, 0, 100, 0)).toBe((5 + index) & 0xffff);
    expect(ledger.take(1, 0, 0, 0, 100, 99)).toBe(-1);
    expect(ledger.take(1, 0, 0, 0, 200, 100)).toBeGreaterThanOrEqual(0);
  });

  test('knows the straggler of the packet before from a forgery', () => {
    const ledger = createLedger(0);
    const first = ledger.take(1, 0, 11, 12, 10, 0);
    for (let index = 1; index < 0x10000; index += 1) ledger.take(1, index, 21, 22, 10, 0);
    expect(ledger.take(2, 7, 31, 32, 30, 20)).toBe(first);
    expect(ledger.tokenIs(first, 31, 32)).toBe('own');
    expect(ledger.tokenIs(first, 11, 12)).toBe('former');
    expect(ledger.tokenIs(first, 11, 32)).toBe('foreign');
    expect([ledger.flightOf(first), ledger.packetOf(first)]).toEqual([2, 7]);
  });

  test('takes back the number of a packet that was never sent', () => {
    const ledger = createLedger(0);
    const sequence = ledger.take(1, 0, 1, 1, 100, 0);
    ledger.giveBack(sequence);
    expect(ledger.flightOf(sequence)).toBe(0);
  });
});
