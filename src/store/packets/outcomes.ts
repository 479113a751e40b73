import type { IcmpErrorKind, NotSentReason, PacketOutcome } from '../../core/measurement/packet.js';
import type { BitReader, BitWriter } from './bits.js';
import { PacketsCorrupt } from './corrupt.js';

/**
 * What became of the packets that were not received, in few bits where there are few of them. Each is the distance to
 * the one before it and its kind: `0` lost, `10` late, `110` + 4 bits error, `111` + 4 bits not sent.
 */

/** The numbers are the stored format: a new word gets a new number, an old one keeps its own. */
const errorNumbers: Record<IcmpErrorKind, number> = {
  'net-unreachable': 0,
  'host-unreachable': 1,
  'protocol-unreachable': 2,
  'port-unreachable': 3,
  'packet-too-big': 4,
  'admin-prohibited': 5,
  'time-exceeded': 6,
  'parameter-problem': 7,
  'source-quench': 8,
  redirect: 9,
  other: 15,
};
const reasonNumbers: Record<NotSentReason, number> = {
  'no-permission': 0,
  'no-buffer': 1,
  'too-big': 2,
  'interface-down': 3,
  'no-source-address': 4,
  'no-route': 5,
  'host-unreachable': 6,
  aborted: 7,
  other: 15,
};
const numberBits = 4;

/** A packet whose time, where it has one, stands in a block of its own. */
export type Kind =
  | { readonly kind: 'received' | 'late' | 'lost' }
  | Extract<PacketOutcome, { readonly kind: 'error' | 'not-sent' }>;

const received: Kind = { kind: 'received' };

export function writeKinds(out: BitWriter, packets: readonly PacketOutcome[]): void {
  out.gamma(packets.reduce((count, packet) => (packet.kind === 'received' ? count : count + 1), 1));
  let before = -1;
  packets.forEach((packet, index) => {
    if (packet.kind === 'received') return;
    out.gamma(index - before);
    before = index;
    switch (packet.kind) {
      case 'lost':
        out.bits(0b0, 1);
        break;
      case 'late':
        out.bits(0b10, 2);
        break;
      case 'error':
        out.bits(0b110, 3);
        out.bits(errorNumbers[packet.error], numberBits);
        break;
      case 'not-sent':
        out.bits(0b111, 3);
        out.bits(reasonNumbers[packet.reason], numberBits);
        break;
    }
  });
}

export function readKinds(from: BitReader, count: number): Kind[] {
  const others = from.gamma() - 1;
  if (others > count) throw new PacketsCorrupt('the packed packets hold more outcomes than packets');
  const kinds = new Array<Kind>(count).fill(received);
  let index = -1;
  for (let left = others; left > 0; left -= 1) {
    index += from.gamma();
    if (index >= count) throw new PacketsCorrupt('the packed packets hold more outcomes than packets');
    kinds[index] = readKind(from);
  }
  return kinds;
}

function readKind(from: BitReader): Kind {
  switch (from.ones(3)) {
    case 0:
      return { kind: 'lost' };
    case 1:
      return { kind: 'late' };
    case 2:
      return { kind: 'error', error: word(errorNumbers, from.bits(numberBits)) };
    default:
      return { kind: 'not-sent', reason: word(reasonNumbers, from.bits(numberBits)) };
  }
}

function word<Word extends string>(numbers: Record<Word, number>, number: number): Word {
  for (const name in numbers) if (numbers[name] === number) return name;
  throw new PacketsCorrupt(`the packed packets have an outcome of the unknown number ${number}`);
}
