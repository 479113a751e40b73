import type { IcmpErrorKind } from '../../src/core/measurement/round.js';
import { icmpErrorKind } from '../shared/icmp-errors.js';
import { mtuOf, ownAddresses } from '../shared/icmp-tally.js';
import { addressText } from '../shared/ip-address.js';
import { internetChecksum } from '../shared/checksum.js';
import { icmpHeaderBytes, tokenBytes } from '../shared/echo.js';
import { EE_ORIGIN_ICMP, EE_ORIGIN_ICMP6, EE_ORIGIN_TIMESTAMPING } from './abi.js';
import { isFrom } from './address.js';
import type { Clock } from './clock.js';
import type { Control } from './control.js';
import { planEnd, type Flight } from './flight.js';
import type { Lines } from '../shared/lines.js';
import * as packet from './packet.js';
import { isAnswered, noteError, noteNotSent, wasSent } from './packets.js';
import { rttOf } from './rtt.js';
import type { Arrival } from './wire.js';
import type { SharedWire } from './wires.js';

/** When a batch of replies was read. */
export interface Seen {
  readonly monoNs: number;
  readonly epoch: number;
}

export interface Reader {
  /** Books the reply with the packet it answers. True when its flight may end earlier now. */
  reply(
    sharedWire: SharedWire,
    arrival: Arrival,
    seen: Seen,
    fetchStamps: (sharedWire: SharedWire) => void,
  ): Flight | null;
  /** Books a TX stamp or an ICMP error. */
  error(sharedWire: SharedWire, arrival: Arrival): void;
}

export function createReader(
  flights: ReadonlyMap<number, Flight>,
  clock: Clock,
  lines: Pick<Lines, 'answered'>,
  isOwn: (address: string) => boolean = ownAddresses(),
): Reader {
  return {
    reply(sharedWire, arrival, seen, fetchStamps) {
      const { wire, ledger } = sharedWire;
      const { bytes, start, end } = arrival;
      if (!packet.isReply(bytes, start, end, wire.family)) return null;
      if (packet.identifierAt(bytes, start) !== wire.identifier) return null;
      const sequence = packet.sequenceAt(bytes, start);
      const flight = flights.get(ledger.flightOf(sequence));
      const turn = ledger.packetOf(sequence);
      if (!flight || !wasSent(flight.packets, turn)) return null;
      const token = ledger.tokenIs(sequence, packet.highAt(bytes, start), packet.lowAt(bytes, start));
      if (token === 'former') return null;
      const stream = turn % flight.plan.streams;
      if (token === 'foreign' || !isWhole(sharedWire, arrival, flight, stream)) {
        flight.mismatched[stream] = (flight.mismatched[stream] ?? 0) + 1;
        return null;
      }
      if (isAnswered(flight.packets, turn)) {
        flight.duplicates[stream] = (flight.duplicates[stream] ?? 0) + 1;
        return null;
      }
      const { control } = arrival;
      const rxNs = control.hasStamp ? clock.realNs(control.sec, control.nsec) : NaN;
      if (Number.isNaN(flight.packets.txNs[turn])) fetchStamps(sharedWire);
      lines.answered(flight.line);
      record(flight, turn, rxNs, seen);
      return flight.unanswered === 0 ? flight : null;
    },

    error(sharedWire, arrival) {
      const { wire, ledger } = sharedWire;
      const { bytes, start, end, control } = arrival;
      const { origin, type, code, hasStamp, sec, nsec } = control;
      const at = packet.findRequest(bytes, start, end, wire.family, wire.identifier, sharedWire.requestAt);
      if (at < 0) return;
      const sequence = packet.sequenceAt(bytes, at);
      const flight = flights.get(ledger.flightOf(sequence));
      const turn = ledger.packetOf(sequence);
      if (!flight || !wasSent(flight.packets, turn)) return;
      // Routers need not quote more than the ICMP header; what they do quote has to be right.
      const quoted = end - at >= icmpHeaderBytes + tokenBytes;
      if (quoted && ledger.tokenIs(sequence, packet.highAt(bytes, at), packet.lowAt(bytes, at)) !== 'own')
        return;
      if (origin === EE_ORIGIN_TIMESTAMPING) {
        if (!quoted || !hasStamp) return;
        sharedWire.requestAt = at - start;
        if (Number.isNaN(flight.packets.txNs[turn])) flight.packets.txNs[turn] = clock.realNs(sec, nsec);
      } else if (origin === EE_ORIGIN_ICMP || origin === EE_ORIGIN_ICMP6) {
        if (!isFrom(flight.target, arrival.source, arrival.sourceStart)) return;
        const kind = icmpErrorKind(wire.family, type, code);
        if (kind !== null) bookError(flight, turn, kind, control);
      }
    },
  };

  function bookError(flight: Flight, turn: number, kind: IcmpErrorKind, control: Control): void {
    const { type, code, info, offender } = control;
    const { family } = flight.target;
    const from = offender === null ? null : addressText(offender);
    const bytes = flight.request.sizes[turn % flight.plan.streams]?.bytes ?? 0;
    flight.icmpErrors.add({ bytes, family, type, code, from, mtu: mtuOf(family, type, code, info) });
    // The own system says so of a packet whose next hop did not answer: it never left this machine.
    const neverLeft = kind === 'host-unreachable' && from !== null && isOwn(from);
    if (neverLeft && !isAnswered(flight.packets, turn)) noteNotSent(flight.packets, turn, kind);
    else noteError(flight.packets, turn, kind);
  }

  function isWhole(sharedWire: SharedWire, arrival: Arrival, flight: Flight, stream: number): boolean {
    const { bytes, start, end, source, sourceStart } = arrival;
    return (
      end - start === flight.request.sizes[stream]?.icmpBytes &&
      isFrom(flight.target, source, sourceStart) &&
      packet.isRepeatedToken(bytes, start, end) &&
      (!sharedWire.wire.unchecked || internetChecksum(bytes.subarray(start, end)) === 0)
    );
  }
}

function record(flight: Flight, turn: number, rxNs: number, seen: Seen): void {
  const { packets } = flight;
  const rtt = rttOf({
    txNs: packets.txNs[turn] ?? NaN,
    rxNs,
    sentRealNs: packets.sentRealNs[turn] ?? NaN,
    sentMonoNs: packets.sentMonoNs[turn] ?? NaN,
    seenMonoNs: seen.monoNs,
    stepped: packets.epoch[turn] !== seen.epoch,
  });
  // A reply that nobody waits for any more is none: whether it is seen must not hang on how long the round goes on.
  if (rtt.ns > flight.patienceNs) return;
  packets.rttNs[turn] = rtt.ns;
  flight.rttsBySource[rtt.source] += 1;
  if (rtt.ns <= flight.lostAfterNs) flight.received += 1;
  flight.unanswered -= 1;
  if (flight.unanswered === 0) planEnd(flight, seen.monoNs);
}
