import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Flight, startFlight } from '../../../probes/kernel/flight.js';
import { packedSizesOf } from '../../../probes/kernel/result.js';
import { unpackSizes } from '../../../probes/kernel/packed.js';
import { createPacketPool, noteError, noteNotSent, recordOf } from '../../../probes/kernel/packets.js';
import { outcomeOf } from '../../../probes/shared/packet-record.js';
import {
  type IcmpErrorKind,
  icmpErrorKinds,
  type NotSentReason,
  notSentReasons,
} from '../../../src/core/measurement/round.js';

const startNs = 5e9;

/** What is known of a packet; instants since the round's start. */
interface Known {
  readonly sentNs?: number;
  readonly rttNs?: number;
  readonly error?: IcmpErrorKind;
  readonly notSent?: NotSentReason;
}

const known: fc.Arbitrary<Known> = fc.record(
  {
    sentNs: fc.integer({ min: 0, max: 4_000_000_000 }),
    rttNs: fc.oneof(fc.integer({ min: 0, max: 2_147_483_647 }), fc.constantFrom(2e9, 2e9 + 1, 499, 500)),
    error: fc.constantFrom(...icmpErrorKinds),
    notSent: fc.constantFrom(...notSentReasons),
  },
  { requiredKeys: [] },
);
const rounds = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 6 }))
  .chain(([streams, count]) =>
    fc.record({
      streams: fc.constant(streams),
      count: fc.constant(count),
      packets: fc.array(known, { minLength: streams * count, maxLength: streams * count }),
      endedNs: fc.integer({ min: 0, max: 8_000_000_000 }),
    }),
  );

function flown(streams: number, count: number, packets: readonly Known[]): Flight {
  const sizes = Array.from({ length: streams }, (_, stream) => ({
    bytes: 64 + stream,
    icmpBytes: 72 + stream,
  }));
  const request = { address: '127.0.0.1', sizes, count, intervalMs: 10, lostAfterMs: 2000, lateWaitMs: 100 };
  const flight = startFlight(
    1,
    { ...request, watched: false },
    {} as Flight['target'],
    {} as Flight['line'],
    createPacketPool(),
    startNs,
  );
  for (const [turn, { sentNs, rttNs, error, notSent }] of packets.entries()) {
    if (sentNs !== undefined) flight.packets.sentNs[turn] = sentNs;
    if (rttNs !== undefined) flight.packets.rttNs[turn] = rttNs;
    if (error !== undefined) noteError(flight.packets, turn, error);
    if (notSent !== undefined) noteNotSent(flight.packets, turn, notSent);
  }
  flight.duplicates[0] = 3;
  flight.mismatched[streams - 1] = 2;
  return flight;
}

test('a round behind the way between threads is what its packets’ records say', () => {
  fc.assert(
    fc.property(rounds, ({ streams, count, packets, endedNs }) => {
      const flight = flown(streams, count, packets);
      const sizes = unpackSizes(structuredClone(packedSizesOf(flight, startNs + endedNs)));
      expect(sizes).toEqual(
        flight.request.sizes.map(({ bytes }, stream) => ({
          bytes,
          duplicates: flight.duplicates[stream],
          mismatched: flight.mismatched[stream],
          packets: Array.from({ length: count }, (_, index) =>
            outcomeOf(recordOf(flight.packets, index * streams + stream), flight.lostAfterNs, endedNs),
          ),
        })),
      );
    }),
  );
});
