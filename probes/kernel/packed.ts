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

export function packSizes(sizes: readonly SizeSample[]): PackedSizes {
  const packets = sizes.flatMap((size) => size.packets);
  const packed = {
    bytes: sizes.map((size) => size.bytes),
    duplicates: sizes.map((size) => size.duplicates),
    mismatched: sizes.map((size) => size.mismatched),
    kinds: new Uint8Array(packets.length),
    values: new Float64Array(packets.length),
  };
  packets.forEach((packet, index) => {
    packed.kinds[index] = kinds.indexOf(packet.kind);
    packed.values[index] = valueOf(packet);
  });
  return packed;
}

function valueOf(packet: PacketOutcome): number {
  switch (packet.kind) {
    case 'received':
    case 'late':
      return packet.rttUs;
    case 'error':
      return icmpErrorKinds.indexOf(packet.error);
    case 'not-sent':
      return notSentReasons.indexOf(packet.reason);
    case 'lost':
      return 0;
  }
}

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
