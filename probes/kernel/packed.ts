import {
  icmpErrorKinds,
  notSentReasons,
  type PacketOutcome,
  type SizeSample,
} from '../../src/core/measurement/round.js';

/** Samples as typed arrays: between threads they are handed over, where 300 objects a round would be copied. */
export interface PackedSizes {
  readonly bytes: readonly number[];
  readonly duplicates: readonly number[];
  readonly mismatched: readonly number[];
  /** Per packet, size after size: 0 lost, 1 received, 2 late, 3 error, 4 not sent. */
  readonly kinds: Uint8Array<ArrayBuffer>;
  /** Microseconds, or the place in the list of errors or reasons. */
  readonly values: Float64Array<ArrayBuffer>;
}

const kinds = ['lost', 'received', 'late', 'error', 'not-sent'] as const;
/** The places of `kinds`. */
export const kindOf = { lost: 0, received: 1, late: 2, error: 3, notSent: 4 } as const;

export function unpackSizes(packed: PackedSizes): SizeSample[] {
  const count = packed.bytes.length === 0 ? 0 : packed.kinds.length / packed.bytes.length;
  return packed.bytes.map((bytes, size) => ({
    bytes,
    duplicates: packed.duplicates[size] ?? 0,
    mismatched: packed.mismatched[size] ?? 0,
    packets: Array.from({ length: count }, (_, index) => outcomeAt(packed, size * count + index)),
  }));
}

function outcomeAt(packed: PackedSizes, place: number): PacketOutcome {
  const value = packed.values[place] ?? 0;
  const kind = kinds[packed.kinds[place] ?? 0] ?? 'lost';
  switch (kind) {
    case 'lost':
      return { kind };
    case 'received':
    case 'late':
      return { kind, rttUs: value };
    case 'error':
      return { kind, error: icmpErrorKinds[value] ?? 'other' };
    case 'not-sent':
      return { kind, reason: notSentReasons[value] ?? 'other' };
  }
}
