import type { PacketOutcome } from '../../core/measurement/packet.js';
import type { SizeSample } from '../../core/measurement/round.js';

/** A packet in few letters: a received one is its RTT in microseconds, a lost one null. */
export type SpelledPacket = number | null | { late: number } | { error: string } | { notSent: string };

export function spellPacket(packet: PacketOutcome): SpelledPacket {
  switch (packet.kind) {
    case 'received':
      return packet.rttUs;
    case 'lost':
      return null;
    case 'late':
      return { late: packet.rttUs };
    case 'error':
      return { error: packet.error };
    case 'not-sent':
      return { notSent: packet.reason };
  }
}

/** Every packet of a size, in the order of sending. */
export const packetsJson = ({ packets, ...size }: SizeSample) => ({
  ...size,
  packets: packets.map(spellPacket),
});
