import type { IcmpErrorCount, SizeSample } from '../../src/core/measurement/round.js';
import { echoRequest, newToken, sameEcho, type Family } from '../shared/echo.js';
import { worseError } from '../shared/icmp-errors.js';
import type { IcmpMessage } from '../shared/icmp-message.js';
import { quotes } from '../shared/icmp-message.js';
import { icmpTally, ownAddresses } from '../shared/icmp-tally.js';
import { sameBytes, type IpAddress } from '../shared/ip-address.js';
import { newPacketRecord, outcomeOf, wholeMicroseconds, type PacketRecord } from '../shared/packet-record.js';
import { dueNs, packetsIn, schedule, type Schedule } from '../shared/schedule.js';
import type { ChildRound } from './wire.js';

/** One round while it runs: what was sent, and what came of it. Knows no socket and no clock. */
export interface Round {
  readonly plan: Schedule;
  readonly target: IpAddress;
  /** Packets that were sent, or could not be. */
  readonly turnsTaken: number;
  readonly received: number;
  readonly lastSentNs: number | null;
  /** Worst lateness of a sending; null before the first. */
  readonly sendLagUs: number | null;
  /** True when nothing more can come but duplicates: every packet was answered, or not sent. */
  readonly settled: boolean;
  /** The echo request of `turn`, valid until the next is asked for. */
  message(turn: number, identifier: number, sequence: number): Buffer;
  sent(turn: number, identifier: number, sequence: number, atNs: number): void;
  notSent(turn: number, reason: NonNullable<PacketRecord['notSent']>): void;
  /** Books a message that carries the sequence number of `turn`; true for the packet's first reply. */
  took(turn: number, message: Exclude<IcmpMessage, { kind: 'other' }>, source: string, atNs: number): boolean;
  samples(endedNs: number): SizeSample[];
  icmpErrors(): IcmpErrorCount[];
}

const isOwn = ownAddresses();

export function newRound(request: ChildRound, target: IpAddress, family: Family): Round {
  const { sizes, count } = request;
  const plan = schedule(sizes.length, count, request.intervalMs);
  const total = packetsIn(plan);
  const packets = Array.from({ length: total }, newPacketRecord);
  const sequences = new Uint16Array(total);
  const identifiers = new Uint16Array(total);
  const streams = sizes.map(({ bytes, icmpBytes }) => ({
    bytes,
    message: Buffer.alloc(icmpBytes),
    duplicates: 0,
    mismatched: 0,
  }));
  const tokens = newTokens();
  const tally = icmpTally();
  const lostAfterNs = request.lostAfterMs * 1e6;
  let taken = 0;
  let unanswered = 0;
  let received = 0;
  let lastSentNs: number | null = null;
  let worstLagNs: number | null = null;

  const streamOf = (turn: number) => {
    const stream = streams[turn % streams.length];
    if (!stream) throw new Error(`a round of ${streams.length} sizes has no packet ${turn}`);
    return stream;
  };
  const packetOf = (turn: number) => {
    const packet = packets[turn];
    if (!packet) throw new Error(`a round of ${total} packets has no packet ${turn}`);
    return packet;
  };
  const message = (turn: number, identifier: number, sequence: number): Buffer => {
    const into = streamOf(turn).message;
    return echoRequest(family, identifier, sequence, tokens(turn), into.length, into);
  };

  const bookError = (
    packet: PacketRecord,
    turn: number,
    { error, type, code, mtu }: Extract<IcmpMessage, { kind: 'error' }>,
    from: string,
  ): void => {
    tally.add({ bytes: streamOf(turn).bytes, family, type, code, from, mtu });
    // The own system says so of a packet whose next hop did not answer: it never left this machine.
    if (error === 'host-unreachable' && packet.rttNs === null && isOwn(from)) packet.notSent = error;
    else packet.error = worseError(packet.error, error);
  };

  return {
    plan,
    target,
    message,
    get turnsTaken() {
      return taken;
    },
    get received() {
      return received;
    },
    get lastSentNs() {
      return lastSentNs;
    },
    get sendLagUs() {
      return worstLagNs === null ? null : wholeMicroseconds(worstLagNs);
    },
    get settled() {
      return taken === total && unanswered === 0;
    },
    sent(turn, identifier, sequence, atNs) {
      packetOf(turn).sentNs = atNs;
      identifiers[turn] = identifier;
      sequences[turn] = sequence;
      lastSentNs = atNs;
      worstLagNs = Math.max(worstLagNs ?? 0, atNs - dueNs(plan, turn));
      taken += 1;
      unanswered += 1;
    },
    notSent(turn, reason) {
      packetOf(turn).notSent = reason;
      taken += 1;
    },
    took(turn, came, source, atNs) {
      const packet = packetOf(turn);
      if (packet.sentNs === null) return false;
      const expected = message(turn, identifiers[turn] ?? 0, sequences[turn] ?? 0);
      if (came.kind === 'error') {
        if (sameBytes(came.request.destination, target.bytes) && quotes(came.request, expected))
          bookError(packet, turn, came, source);
        return false;
      }
      const stream = streamOf(turn);
      if (!came.intact || source !== target.canonical || !sameEcho(came.message, expected))
        stream.mismatched += 1;
      else if (packet.rttNs !== null) stream.duplicates += 1;
      else {
        packet.rttNs = atNs - packet.sentNs;
        unanswered -= 1;
        if (packet.rttNs <= lostAfterNs) received += 1;
        return true;
      }
      return false;
    },
    icmpErrors: () => tally.counts(),
    samples: (endedNs) =>
      streams.map(({ bytes, duplicates, mismatched }, stream) => ({
        bytes,
        duplicates,
        mismatched,
        packets: Array.from({ length: count }, (_, index) =>
          outcomeOf(packetOf(index * streams.length + stream), lostAfterNs, endedNs),
        ),
      })),
  };
}

/** 64 unforeseeable bits for each packet of a round: a random number that counts on from packet to packet. */
function newTokens(): (turn: number) => Buffer {
  const token = newToken();
  const first = token.readBigUInt64BE();
  return (turn) => {
    token.writeBigUInt64BE(BigInt.asUintN(64, first + BigInt(turn)));
    return token;
  };
}
