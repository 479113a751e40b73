import { describe, expect, test } from 'vitest';
import { kernelAddress } from '../../../probes/kernel/address.js';
import { runLoop } from '../../../probes/kernel/loop.js';
import { unpackSizes } from '../../../probes/kernel/packed.js';
import type { FromWorker, ToWorker, WorkerRequest } from '../../../probes/kernel/protocol.js';
import type { PacketOutcome } from '../../../src/core/measurement/round.js';
import { fakeKernel, type FakeKernel, type FakeNetwork } from './fake-kernel.js';

const request: WorkerRequest = {
  address: '192.0.2.1',
  sizes: [{ bytes: 64, icmpBytes: 64 }],
  count: 50,
  intervalMs: 20,
  lostAfterMs: 2000,
  lateWaitMs: 1000,
  watched: false,
};

/** Runs rounds through the loop, in virtual time, until all have ended. */
function runRounds(network: FakeNetwork, requests: readonly Partial<WorkerRequest>[] = [{}], restNs = 1e6) {
  const kernel: FakeKernel = fakeKernel(network);
  const results: FromWorker[] = [];
  let mail: ToWorker[] = requests.map((change, index) => ({
    type: 'measure',
    id: index + 1,
    request: { ...request, ...change },
  }));
  runLoop({
    clock: kernel.clock,
    poller: kernel.poller,
    openWire: () => kernel.wire,
    expectBytes: () => undefined,
    parse: (address) => kernelAddress(address, () => 0),
    tell: (message) => {
      results.push(message);
      if (results.length === requests.length) mail.push({ type: 'stop' });
    },
    wakeFd: 3,
    messages: () => {
      const now = mail;
      mail = [];
      return now;
    },
    restNs,
    beat: () => {
      if (kernel.nowNs > 1e12) throw new Error('the loop does not end');
    },
  });
  const rounds = results.map((message) => {
    if (message.type !== 'result' || !message.result.sizes) throw new Error('no result');
    return { ...message.result, sizes: unpackSizes(message.result.sizes) };
  });
  return { kernel, rounds };
}

function packetsOf(network: FakeNetwork): { packets: readonly PacketOutcome[]; fallback: number } {
  const [round] = runRounds(network).rounds;
  return { packets: round?.sizes[0]?.packets ?? [], fallback: round?.provenance.fallbackStamps ?? -1 };
}

const rttsOf = (packets: readonly PacketOutcome[]): number[] =>
  packets.map((packet) => ('rttUs' in packet ? packet.rttUs : NaN));

describe('the loop', () => {
  test('measures what the network did, to the microsecond, and in order', () => {
    const { packets, fallback } = packetsOf({ delayNs: (nth) => 20_000_000 + nth * 1000 });
    expect(rttsOf(packets)).toEqual(Array.from({ length: 50 }, (_, nth) => 20_000 + nth));
    expect(fallback).toBe(0);
  });

  test.each([
    ['at exactly the threshold is received', 2_000_000_000, { kind: 'received', rttUs: 2_000_000 }],
    ['a nanosecond after it is late', 2_000_000_001, { kind: 'late', rttUs: 2_000_000 }],
    ['at the end of the waiting is late', 3_000_000_000, { kind: 'late', rttUs: 3_000_000 }],
    ['after that is none', 3_000_000_001, { kind: 'lost' }],
  ])('a reply %s', (_what, delayNs, outcome) => {
    const { packets } = packetsOf({ delayNs: () => delayNs });
    expect(packets).toEqual(Array(50).fill(outcome));
  });

  test.each([10e9, -10e9, 5e6, -5e6, 500_000, -500_000])(
    'gives no wrong RTT when the wall clock is set by %d ns in the middle of the round',
    (size) => {
      // The loop sleeps a second before it sees the first message; the round takes another.
      const stepNs = (nowNs: number): number => (nowNs > 1500e6 ? size : 0);
      const { packets, fallback } = packetsOf({ delayNs: () => 30_000_000, stepNs });
      for (const rtt of rttsOf(packets)) expect(Math.abs(rtt - 30_000)).toBeLessThanOrEqual(2);
      expect(fallback).toBeGreaterThan(0);
      expect(fallback).toBeLessThan(5);
    },
  );

  test.each([
    ['no-buffer', 105],
    ['no-route', 101],
    ['no-permission', 1],
    ['too-big', 90],
    ['interface-down', 100],
    ['host-unreachable', 113],
    ['no-source-address', 99],
  ])('says "%s" of a packet that was not sent (errno %i), and goes on', (reason, errno) => {
    const down = (nth: number): boolean => nth >= 10 && nth < 20;
    const { packets } = packetsOf({ delayNs: () => 1e6, errno: (nth) => (down(nth) ? errno : 0) });
    packets.forEach((packet, nth) => {
      expect(packet).toEqual(down(nth) ? { kind: 'not-sent', reason } : { kind: 'received', rttUs: 1000 });
    });
  });

  test('goes by the RX stamps alone where the kernel gives no others', () => {
    const [round] = runRounds({ delayNs: () => 1e6, txStamps: false }).rounds;
    expect(round?.provenance).toMatchObject({ stamps: 'kernel-rx', fallbackStamps: 0 });
  });

  test('books nothing of forgeries', () => {
    const flip = (reply: Buffer, nth: number): Buffer => {
      if (nth % 2 === 1) reply[12] = (reply[12] ?? 0) ^ 1;
      return reply;
    };
    const [round] = runRounds({ delayNs: () => 1e6, answer: flip }).rounds;
    expect(round?.sizes[0]?.mismatched).toBe(25);
    expect(round?.sizes[0]?.packets.filter((packet) => packet.kind === 'received')).toHaveLength(25);
  });

  test('keeps the packets of many rounds apart, and every one of them on its time', () => {
    const { kernel, rounds } = runRounds(
      { delayNs: (nth) => 1e6 + (nth % 7) * 1e6 },
      Array.from({ length: 40 }, () => ({ sizes: [64, 128].map((bytes) => ({ bytes, icmpBytes: bytes })) })),
    );
    expect(rounds).toHaveLength(40);
    for (const { sizes, provenance } of rounds) {
      for (const size of sizes) expect(size).toMatchObject({ duplicates: 0, mismatched: 0 });
      expect(sizes.flatMap((size) => size.packets).filter(({ kind }) => kind !== 'received')).toEqual([]);
      expect(provenance.sendLagUs).toBeLessThan(1000);
    }
    expect(new Set(kernel.sends.map(({ message }) => message.readUInt16BE(6))).size).toBe(40 * 100);
  });
});
