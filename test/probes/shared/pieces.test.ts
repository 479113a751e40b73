import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { worseError } from '../../../probes/shared/icmp-errors.js';
import { ipAddress } from '../../../probes/shared/ip-address.js';
import { notSentReason } from '../../../probes/shared/not-sent.js';
import { newPacketRecord, outcomeOf, wholeMicroseconds } from '../../../probes/shared/packet-record.js';
import { dueNs, packetsIn, schedule, sendAtNs } from '../../../probes/shared/schedule.js';
import { dropsBetween, parseChecksumErrors, parseSocketTable } from '../../../probes/shared/socket-drops.js';

describe('an address', () => {
  test.each([
    ['127.0.0.11', 4, '127.0.0.11', '7f00000b'],
    ['FD77:0::7', 6, 'fd77::7', 'fd770000000000000000000000000007'],
    ['fe80::1%eth0', 6, 'fe80::1', 'fe800000000000000000000000000001'],
    ['::', 6, '::', '00000000000000000000000000000000'],
    ['::ffff:192.0.2.1', 6, '::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['1:2:3:4:5:6:7:8', 6, '1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ])('%s is read', (text, family, canonical, hex) => {
    const address = ipAddress(text);
    expect(address).toMatchObject({ family, text, canonical });
    expect(Buffer.from(address?.bytes ?? []).toString('hex')).toBe(hex);
  });

  test.each(['pop.example', '', '127.0.0.256', '1.2.3', 'fd77:::1'])('"%s" is none', (text) => {
    expect(ipAddress(text)).toBeNull();
  });

  test('of IPv6 has the same bytes however it is written', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const address = ipAddress(text);
        expect(address?.bytes).toHaveLength(16);
        expect(ipAddress(address?.canonical ?? '')?.bytes).toEqual(address?.bytes);
      }),
    );
  });
});

describe("a packet's outcome", () => {
  const threshold = 2_000_000_000;
  const after = (rttNs: number) => outcomeOf({ ...newPacketRecord(), sentNs: 0, rttNs }, threshold, 9e9);

  test.each([
    [0, { kind: 'received', rttUs: 0 }],
    [499, { kind: 'received', rttUs: 0 }],
    [500, { kind: 'received', rttUs: 1 }],
    [20_000_500, { kind: 'received', rttUs: 20_001 }],
    [1_999_999_999, { kind: 'received', rttUs: 2_000_000 }],
    [2_000_000_000, { kind: 'received', rttUs: 2_000_000 }],
    // Rounds to the threshold, and is past it all the same.
    [2_000_000_001, { kind: 'late', rttUs: 2_000_000 }],
    [2_500_000_000, { kind: 'late', rttUs: 2_500_000 }],
  ])('after %i ns', (rttNs, outcome) => {
    expect(after(rttNs)).toEqual(outcome);
  });

  test('an error counts when no reply came, and a reply wins', () => {
    const packet = { ...newPacketRecord(), sentNs: 0, error: 'time-exceeded' as const };
    expect(outcomeOf(packet, threshold, 9e9)).toEqual({ kind: 'error', error: 'time-exceeded' });
    expect(outcomeOf({ ...packet, rttNs: 7000 }, threshold, 9e9)).toEqual({ kind: 'received', rttUs: 7 });
  });

  test('silence is loss only when the threshold was waited for', () => {
    const packet = { ...newPacketRecord(), sentNs: 1e9 };
    expect(outcomeOf(packet, threshold, 3e9)).toEqual({ kind: 'lost' });
    expect(outcomeOf(packet, threshold, 3e9 - 1)).toEqual({ kind: 'not-sent', reason: 'in-flight' });
    expect(outcomeOf(newPacketRecord(), threshold, 9e9)).toEqual({ kind: 'not-sent', reason: 'aborted' });
  });

  test('half a microsecond is rounded up, at any size', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10_000_000 }), fc.nat({ max: 999 }), (us, ns) => {
        expect(wholeMicroseconds(us * 1000 + ns)).toBe(ns < 500 ? us : us + 1);
      }),
    );
  });
});

describe('errors for one packet', () => {
  test('advice gives way to a real one, which stays', () => {
    expect(worseError(null, 'redirect')).toBe('redirect');
    expect(worseError('redirect', 'time-exceeded')).toBe('time-exceeded');
    expect(worseError('time-exceeded', 'host-unreachable')).toBe('time-exceeded');
    expect(worseError('host-unreachable', 'redirect')).toBe('host-unreachable');
  });
});

describe('a refusal to send', () => {
  test.each([
    ['EPERM', 'no-permission'],
    ['ENOBUFS', 'no-buffer'],
    ['EMSGSIZE', 'too-big'],
    ['ENETDOWN', 'interface-down'],
    ['EADDRNOTAVAIL', 'no-source-address'],
    ['ENETUNREACH', 'no-route'],
    ['EHOSTUNREACH', 'host-unreachable'],
    ['EFUTURE', 'other'],
    ['toString', 'other'],
  ])('by %s is called %s', (errno, reason) => {
    expect(notSentReason(errno)).toBe(reason);
  });
});

describe('the schedule', () => {
  const any = fc.record({
    streams: fc.integer({ min: 1, max: 5 }),
    count: fc.integer({ min: 1, max: 200 }),
    intervalMs: fc.integer({ min: 1, max: 2000 }),
  });

  test('gives every stream its interval, shifted evenly', () => {
    fc.assert(
      fc.property(any, ({ streams, count, intervalMs }) => {
        const plan = schedule(streams, count, intervalMs);
        expect(packetsIn(plan)).toBe(streams * count);
        for (let turn = 0; turn + streams < packetsIn(plan); turn += 1)
          expect(dueNs(plan, turn + streams) - dueNs(plan, turn)).toBeCloseTo(intervalMs * 1e6, -1);
        expect(dueNs(plan, 1)).toBe(Math.round((intervalMs * 1e6) / streams));
      }),
    );
  });

  test('catches up after a standstill at twice the rate, never at once', () => {
    fc.assert(
      fc.property(any, fc.integer({ min: 0, max: 60_000 }), ({ streams, count, intervalMs }, stoodMs) => {
        const plan = schedule(streams, count, intervalMs);
        let previous: number | null = null;
        for (let turn = 0; turn < packetsIn(plan); turn += 1) {
          const at: number = Math.max(sendAtNs(plan, turn, previous), turn === 1 ? stoodMs * 1e6 : 0);
          expect(at).toBeGreaterThanOrEqual(dueNs(plan, turn));
          if (previous !== null && turn !== 1)
            expect(at - previous).toBeGreaterThanOrEqual(Math.floor(plan.gapNs / 2) - 1);
          previous = at;
        }
      }),
    );
  });
});

describe("the kernel's tables", () => {
  test('give the drops of each socket by its inode', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops',
      '    1: 00000000:0001 00000000:0000 07 00000000:00034500 00:00000000 00000000     0        0 123456 2 0000000000000000 1203',
      '    1: 00000000:0001 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 123457 2 0000000000000000 0',
      'nonsense',
      '',
    ].join('\n');
    expect([...parseSocketTable(table)]).toEqual([
      [123456, 1203],
      [123457, 0],
    ]);
    expect(parseSocketTable('')).toEqual(new Map());
  });

  test('tell checksum errors from drops', () => {
    expect(parseChecksumErrors('Icmp6InErrors \t3\nIcmp6InCsumErrors               \t7\n')).toBe(7);
    expect(parseChecksumErrors('')).toBe(0);
  });

  test('say nothing where one reading is missing', () => {
    expect(dropsBetween(3, 10)).toBe(7);
    expect(dropsBetween(null, 10)).toBeNull();
    expect(dropsBetween(3, null)).toBeNull();
    // A wrong checksum that was counted for the host before the socket: never below zero.
    expect(dropsBetween(3, 2)).toBe(0);
  });
});
