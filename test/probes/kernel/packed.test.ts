import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packSizes, unpackSizes } from '../../../probes/kernel/packed.js';
import {
  icmpErrorKinds,
  notSentReasons,
  type PacketOutcome,
  type SizeSample,
} from '../../../src/core/measurement/round.js';

const outcome: fc.Arbitrary<PacketOutcome> = fc.oneof(
  fc.record({ kind: fc.constant<'received'>('received'), rttUs: fc.nat() }),
  fc.record({ kind: fc.constant<'late'>('late'), rttUs: fc.nat() }),
  fc.constant<PacketOutcome>({ kind: 'lost' }),
  fc.record({ kind: fc.constant<'error'>('error'), error: fc.constantFrom(...icmpErrorKinds) }),
  fc.record({ kind: fc.constant<'not-sent'>('not-sent'), reason: fc.constantFrom(...notSentReasons) }),
);
const samples: fc.Arbitrary<SizeSample[]> = fc.nat(20).chain((count) =>
  fc.array(
    fc.record({
      bytes: fc.nat(),
      packets: fc.array(outcome, { minLength: count, maxLength: count }),
      duplicates: fc.nat(),
      mismatched: fc.nat(),
    }),
    { maxLength: 4 },
  ),
);

test('samples are the same behind the way between threads', () => {
  fc.assert(
    fc.property(samples, (sizes) => {
      expect(unpackSizes(structuredClone(packSizes(sizes)))).toEqual(sizes);
    }),
  );
});
