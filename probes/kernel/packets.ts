import {
  type IcmpErrorKind,
  icmpErrorKinds,
  type NotSentReason,
  notSentReasons,
} from '../../src/core/measurement/round.js';
import { worseError } from '../shared/icmp-errors.js';
import { newPacketRecord, type PacketRecord } from '../shared/packet-record.js';

/**
 * What is known of the packets of one round, by turn: columns, not objects. Tens of thousands of those would live for
 * seconds, and the collector that moves them stops the thread for milliseconds. NaN stands for "none".
 */
export interface Packets {
  readonly room: number;
  /** Since the round's start. */
  readonly sentNs: Float64Array;
  readonly rttNs: Float64Array;
  /** The kernel's stamp, and both clocks just before sending, as the clock counts them. */
  readonly txNs: Float64Array;
  readonly sentRealNs: Float64Array;
  readonly sentMonoNs: Float64Array;
  /** The clock guard's epoch when it was sent. */
  readonly epoch: Uint32Array;
  /** Places in the lists of errors and of reasons, plus one; 0: none. */
  readonly error: Uint8Array;
  readonly notSent: Uint8Array;
}

/** Blocks of packets that are used again and again. */
export interface PacketPool {
  take(room: number): Packets;
  giveBack(packets: Packets): void;
}

/** So many blocks of one length are kept: as many as rounds fly at a time, and no more after a rush. */
const maxPooled = 1024;

export function createPacketPool(): PacketPool {
  const kept = new Map<number, Packets[]>();
  return {
    take(room) {
      const block = kept.get(room)?.pop() ?? newPackets(room);
      for (const column of [block.sentNs, block.rttNs, block.txNs, block.sentRealNs, block.sentMonoNs])
        column.fill(NaN);
      block.error.fill(0);
      block.notSent.fill(0);
      return block;
    },
    giveBack(packets) {
      let blocks = kept.get(packets.room);
      if (!blocks) kept.set(packets.room, (blocks = []));
      if (blocks.length < maxPooled) blocks.push(packets);
    },
  };
}

function newPackets(room: number): Packets {
  const instants = (): Float64Array => new Float64Array(room);
  return {
    room,
    sentNs: instants(),
    rttNs: instants(),
    txNs: instants(),
    sentRealNs: instants(),
    sentMonoNs: instants(),
    epoch: new Uint32Array(room),
    error: new Uint8Array(room),
    notSent: new Uint8Array(room),
  };
}

export function noteNotSent(packets: Packets, turn: number, reason: NotSentReason): void {
  packets.notSent[turn] = notSentReasons.indexOf(reason) + 1;
}

export function noteError(packets: Packets, turn: number, error: IcmpErrorKind): void {
  const known = icmpErrorKinds[(packets.error[turn] ?? 0) - 1] ?? null;
  packets.error[turn] = icmpErrorKinds.indexOf(worseError(known, error)) + 1;
}

export const wasSent = (packets: Packets, turn: number): boolean =>
  !Number.isNaN(packets.sentNs[turn] ?? NaN);
export const isAnswered = (packets: Packets, turn: number): boolean =>
  !Number.isNaN(packets.rttNs[turn] ?? NaN);

/** One packet, as the other kinds keep it. */
export function recordOf(packets: Packets, turn: number): PacketRecord {
  const record = newPacketRecord();
  if (wasSent(packets, turn)) record.sentNs = packets.sentNs[turn] ?? null;
  if (isAnswered(packets, turn)) record.rttNs = packets.rttNs[turn] ?? null;
  record.notSent = notSentReasons[(packets.notSent[turn] ?? 0) - 1] ?? null;
  record.error = icmpErrorKinds[(packets.error[turn] ?? 0) - 1] ?? null;
  return record;
}
