import type { IcmpErrorKind, NotSentReason } from '../../src/core/measurement/packet.js';
import type { SizeSample, StampSource } from '../../src/core/measurement/round.js';
import type { Progress, RoundResult } from '../probe.js';
import { worseError } from '../shared/icmp-errors.js';
import { newPacketRecord, outcomeOf, type PacketRecord } from '../shared/packet-record.js';
import { dueNs, packetsIn, schedule, sendAtNs, type Schedule } from '../shared/schedule.js';
import { dropsBetween } from '../shared/socket-drops.js';
import type { Address } from './address.js';
import type { Due } from './agenda.js';
import type { WorkerRequest } from './protocol.js';
import type { RttSource } from './rtt.js';
import type { Wire } from './wire.js';

/** A packet in flight: what is known of it, and its stamps (NaN: none), as the clock counts them. */
export interface FlyingPacket extends PacketRecord {
  txNs: number;
  sentRealNs: number;
  sentMonoNs: number;
  /** The clock guard's epoch when it was sent. */
  epoch: number;
}

/** One round in flight. */
export interface Flight extends Due {
  readonly id: number;
  readonly request: WorkerRequest;
  readonly target: Address;
  readonly plan: Schedule;
  readonly startNs: number;
  readonly lostAfterNs: number;
  /** From a packet's sending until no reply to it is waited for. */
  readonly patienceNs: number;
  /** How long duplicates of the last replies are waited for. */
  readonly lingerNs: number;
  /** How many packets it has. */
  readonly total: number;
  /**
   * Those whose turn has come. Made one by one: hundreds at a time, for many rounds that begin at once, would keep the
   * thread from sending for hundreds of milliseconds.
   */
  readonly packets: FlyingPacket[];
  readonly duplicates: number[];
  readonly mismatched: number[];
  /** What each socket it used had dropped before. */
  readonly dropsBefore: Map<Wire, number | null>;
  /** The next packet to send. */
  turn: number;
  sent: number;
  received: number;
  /** Sent and not answered. */
  open: number;
  lastSentNs: number;
  /** The worst lateness of a sending. */
  lagNs: number;
  /** When nothing more is waited for; Infinity while it sends. */
  endNs: number;
  /** By stamp source, how many RTTs were taken. */
  readonly taken: Record<RttSource, number>;
  /** How many packets were done when progress was told last. */
  told: number;
}

export function startFlight(
  id: number,
  request: WorkerRequest,
  target: Address,
  startNs: number,
  lingerNs = 200e6,
): Flight {
  const plan = schedule(request.sizes.length, request.count, request.intervalMs);
  const lostAfterNs = request.lostAfterMs * 1e6;
  return {
    id,
    request,
    target,
    plan,
    startNs,
    dueNs: startNs,
    lostAfterNs,
    patienceNs: lostAfterNs + request.lateWaitMs * 1e6,
    lingerNs,
    total: packetsIn(plan),
    packets: [],
    duplicates: request.sizes.map(() => 0),
    mismatched: request.sizes.map(() => 0),
    dropsBefore: new Map(),
    turn: 0,
    sent: 0,
    received: 0,
    open: 0,
    lastSentNs: startNs,
    lagNs: 0,
    endNs: Infinity,
    taken: { 'kernel-tx-rx': 0, 'kernel-rx': 0, user: 0 },
    told: 0,
  };
}

/** The packet whose turn it is: not yet sent. */
export function nextPacket(flight: Flight): FlyingPacket {
  const packet = {
    sentNs: null,
    notSent: null,
    rttNs: null,
    error: null,
    txNs: NaN,
    sentRealNs: NaN,
    sentMonoNs: NaN,
    epoch: 0,
  };
  flight.packets.push(packet);
  return packet;
}

/** The packet of this turn was tried at `nowNs`: plans the next one, or the end. */
export function advance(flight: Flight, nowNs: number): void {
  flight.lagNs = Math.max(flight.lagNs, nowNs - flight.startNs - dueNs(flight.plan, flight.turn));
  flight.turn += 1;
  if (flight.turn < flight.total)
    flight.dueNs = flight.startNs + sendAtNs(flight.plan, flight.turn, nowNs - flight.startNs);
  else planEnd(flight, nowNs);
}

/** After the last packet, or the last reply: until when is there something to wait for? */
export function planEnd(flight: Flight, nowNs: number): void {
  if (flight.turn < flight.total) return;
  const linger = nowNs + Math.min(flight.lingerNs, flight.patienceNs);
  const patience = flight.lastSentNs + flight.patienceNs;
  flight.endNs = flight.open === 0 ? Math.min(linger, patience) : patience;
}

export function noteNotSent(packet: FlyingPacket, reason: NotSentReason): void {
  packet.notSent = reason;
}

export function noteError(packet: FlyingPacket, error: IcmpErrorKind): void {
  packet.error = worseError(packet.error, error);
}

export function progressOf(flight: Flight): Progress {
  return { sent: flight.sent, received: flight.received, total: flight.total };
}

/** Ends the round at `nowNs`: what became of every packet, and how it was measured. */
export function land(
  flight: Flight,
  nowNs: number,
  ended: 'completed' | 'aborted',
  reason: string | null,
): RoundResult {
  const { plan, packets, taken } = flight;
  const sizes: SizeSample[] = flight.request.sizes.map((size, stream) => ({
    bytes: size.bytes,
    duplicates: flight.duplicates[stream] ?? 0,
    mismatched: flight.mismatched[stream] ?? 0,
    packets: Array.from({ length: flight.request.count }, (_, index) =>
      outcomeOf(
        packets[index * plan.streams + stream] ?? newPacketRecord(),
        flight.lostAfterNs,
        nowNs - flight.startNs,
      ),
    ),
  }));
  const stamps = bestSource(taken);
  const all = taken['kernel-tx-rx'] + taken['kernel-rx'] + taken.user;
  return {
    ended,
    reason,
    sizes,
    provenance: {
      stamps,
      fallbackStamps: all - taken[stamps],
      socketDrops: dropsOf(flight),
      sendLagUs: Math.ceil(flight.lagNs / 1000),
    },
  };
}

/** The best source that gave any figure; that of the kind when there is none. */
function bestSource(taken: Flight['taken']): RttSource & StampSource {
  if (taken['kernel-tx-rx'] > 0) return 'kernel-tx-rx';
  if (taken['kernel-rx'] > 0) return 'kernel-rx';
  return taken.user > 0 ? 'user' : 'kernel-tx-rx';
}

function dropsOf(flight: Flight): number | null {
  let sum = 0;
  for (const [wire, before] of flight.dropsBefore) {
    const drops = dropsBetween(before, wire.drops());
    if (drops === null) return null;
    sum += drops;
  }
  return sum;
}
