import {
  aborted,
  type IcmpErrorKind,
  inFlight,
  lost,
  type NotSentReason,
  type PacketOutcome,
} from '../../src/core/measurement/round.js';

/** What is known of one packet while its round runs. Instants are nanoseconds since the round's start. */
export interface PacketRecord {
  /** Null until it was sent. */
  sentNs: number | null;
  /** Why the sending failed. */
  notSent: NotSentReason | null;
  /** Of the first reply that matched; null until then. */
  rttNs: number | null;
  /** Of an ICMP error that quoted it. Not final: a reply that follows wins. */
  error: IcmpErrorKind | null;
}

export function newPacketRecord(): PacketRecord {
  return { sentNs: null, notSent: null, rttNs: null, error: null };
}

/** Whole microseconds, rounded half-up. */
export const wholeMicroseconds = (ns: number): number => Math.floor((ns + 500) / 1000);

/**
 * What became of a packet, seen `endedNs` after the round's start. The threshold is compared in nanoseconds, before
 * the RTT is rounded; a reply at exactly the threshold is received. A packet that an abort left neither answered nor
 * waited for is not lost: nobody measured it, so it stays out of the sample as `in-flight`.
 */
export function outcomeOf(packet: PacketRecord, lostAfterNs: number, endedNs: number): PacketOutcome {
  if (packet.notSent !== null) return { kind: 'not-sent', reason: packet.notSent };
  if (packet.sentNs === null) return aborted;
  if (packet.rttNs !== null)
    return {
      kind: packet.rttNs <= lostAfterNs ? 'received' : 'late',
      rttUs: wholeMicroseconds(packet.rttNs),
    };
  if (packet.error !== null) return { kind: 'error', error: packet.error };
  return endedNs - packet.sentNs >= lostAfterNs ? lost : inFlight;
}
