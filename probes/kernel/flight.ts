import type { Progress } from '../probe.js';
import { dueNs, packetsIn, schedule, sendAtNs, type Schedule } from '../shared/schedule.js';
import { icmpTally, type IcmpTally } from '../shared/icmp-tally.js';
import type { Address } from './address.js';
import type { Due } from './agenda.js';
import type { Line } from '../shared/lines.js';
import type { PacketPool, Packets } from './packets.js';
import type { WorkerRequest } from './protocol.js';
import type { RttSource } from './rtt.js';
import type { Wire } from './wire.js';

/** One round in flight; a single echo is one of one packet. */
export interface Flight extends Due {
  readonly id: number;
  readonly request: WorkerRequest;
  readonly target: Address;
  readonly plan: Schedule;
  /** Which sockets its packets go by. */
  readonly line: Line;
  readonly startNs: number;
  readonly lostAfterNs: number;
  /** From a packet's sending until no reply to it is waited for. */
  readonly patienceNs: number;
  /** How long duplicates of the last replies are waited for. */
  readonly lingerNs: number;
  /** How many packets it has. */
  readonly total: number;
  readonly packets: Packets;
  readonly duplicates: number[];
  readonly mismatched: number[];
  readonly icmpErrors: IcmpTally;
  /** What each socket it used had dropped before. */
  readonly dropsBefore: Map<Wire, number | null>;
  /** The next packet to send. */
  turn: number;
  sent: number;
  received: number;
  /** Sent and not answered. */
  unanswered: number;
  lastSentNs: number;
  /** The worst lateness of a sending. */
  lagNs: number;
  /** When nothing more is waited for; Infinity while it sends. */
  endNs: number;
  /** By stamp source, how many RTTs were taken. */
  readonly rttsBySource: Record<RttSource, number>;
  /** How many packets were done when progress was last reported. */
  progressReported: number;
}

export function startFlight(
  id: number,
  request: WorkerRequest,
  target: Address,
  line: Line,
  packets: PacketPool,
  startNs: number,
  lingerNs = 200e6,
): Flight {
  const plan = schedule(request.sizes.length, request.count, request.intervalMs);
  const lostAfterNs = request.lostAfterMs * 1e6;
  const total = packetsIn(plan);
  return {
    id,
    request,
    target,
    plan,
    line,
    startNs,
    dueNs: startNs,
    lostAfterNs,
    patienceNs: lostAfterNs + request.lateWaitMs * 1e6,
    lingerNs,
    total,
    packets: packets.take(total),
    duplicates: request.sizes.map(() => 0),
    mismatched: request.sizes.map(() => 0),
    icmpErrors: icmpTally(),
    dropsBefore: new Map(),
    turn: 0,
    sent: 0,
    received: 0,
    unanswered: 0,
    lastSentNs: startNs,
    lagNs: 0,
    endNs: Infinity,
    rttsBySource: { 'kernel-tx-rx': 0, 'kernel-rx': 0, user: 0 },
    progressReported: 0,
  };
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
  flight.endNs = flight.unanswered === 0 ? Math.min(linger, patience) : patience;
}

export function progressOf(flight: Flight): Progress {
  return { sent: flight.sent, received: flight.received, total: flight.total };
}
