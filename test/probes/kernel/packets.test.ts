import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createPacketPool,
  isAnswered,
  noteError,
  noteNotSent,
  recordOf,
  wasSent,
  type Packets,
} from '../../../probes/kernel/packets.js';
import { newPacketRecord } from '../../../probes/shared/packet-record.js';
import { icmpErrorKinds, notSentReasons } from '../../../src/core/measurement/round.js';

const blank = (packets: Packets): void => {
  for (let turn = 0; turn < packets.room; turn += 1) {
    expect(recordOf(packets, turn)).toEqual(newPacketRecord());
    expect([wasSent(packets, turn), isAnswered(packets, turn), packets.txNs[turn]]).toEqual([
      false,
      false,
      NaN,
    ]);
  }
};

test('what is noted of a packet is what is known of it, and of no other', () => {
  fc.assert(
    fc.property(
      fc.nat(9),
      fc.nat(1e12),
      fc.option(fc.nat(3e9)),
      fc.constantFrom(...icmpErrorKinds),
      fc.constantFrom(...notSentReasons),
      (turn, sentNs, rttNs, error, reason) => {
        const packets = createPacketPool().take(10);
        packets.sentNs[turn] = sentNs;
        if (rttNs !== null) packets.rttNs[turn] = rttNs;
        noteError(packets, turn, error);
        noteNotSent(packets, (turn + 1) % 10, reason);
        expect(recordOf(packets, turn)).toEqual({ sentNs, rttNs, error, notSent: null });
        expect(recordOf(packets, (turn + 1) % 10)).toEqual({ ...newPacketRecord(), notSent: reason });
        expect(recordOf(packets, (turn + 2) % 10)).toEqual(newPacketRecord());
      },
    ),
  );
});

test('the first error that is more than advice stays', () => {
  const packets = createPacketPool().take(1);
  for (const error of ['redirect', 'host-unreachable', 'time-exceeded', 'source-quench'] as const)
    noteError(packets, 0, error);
  expect(recordOf(packets, 0).error).toBe('host-unreachable');
});

test('a block that is used again knows nothing of what it held', () => {
  const pool = createPacketPool();
  const first = pool.take(3);
  for (const column of [first.sentNs, first.rttNs, first.txNs, first.error, first.notSent]) column.fill(1);
  pool.giveBack(first);
  expect(pool.take(4)).not.toBe(first);
  const again = pool.take(3);
  expect(again).toBe(first);
  blank(again);
  const other = pool.take(3);
  expect(other).not.toBe(first);
  blank(other);
});
