import { randomFillSync } from 'node:crypto';
import { getSystemErrorName } from 'node:util';
import type { NotSentReason } from '../../src/core/measurement/round.js';
import type { PacketOptions } from '../probe.js';
import { notSentReason } from '../shared/not-sent.js';
import type { ClockGuard } from './clock-guard.js';
import type { Clock } from './clock.js';
import type { Flight } from './flight.js';
import type { Lines } from '../shared/lines.js';
import { writeRequest } from './packet.js';
import { noteNotSent } from './packets.js';
import { SocketError } from './socket.js';
import type { Wire } from './wire.js';
import type { SharedWire, Wires } from './wires.js';

/** Random 64-bit tokens in two halves; randomness is fetched for many at a time. */
interface Tokens {
  readonly high: number;
  readonly low: number;
  next(): void;
}

const fetched = 1024;

function createTokens(): Tokens {
  const words = new Uint32Array(fetched * 2);
  let at = words.length;
  return {
    get high() {
      return words[at] ?? 0;
    },
    get low() {
      return words[at + 1] ?? 0;
    },
    next() {
      at += 2;
      if (at < words.length) return;
      randomFillSync(words);
      at = 0;
    },
  };
}

export interface Sender {
  /** Sends the flight's packet of this turn; returns the wire it went out by, null when it did not. */
  send(flight: Flight, nowNs: number): SharedWire | null;
  /** While `work` sends for many flights at once, what a wire has dropped before is asked once for all of them. */
  together(work: () => void): void;
}

interface SenderOptions {
  readonly clock: Clock;
  readonly guard: ClockGuard;
  readonly wires: Wires;
  readonly lines: Lines;
  readonly drainErrors: (sharedWire: SharedWire) => number;
}

const plain: PacketOptions = {};
/** How often a packet is tried whose sending failed for what had become of an earlier one. */
const maxTries = 3;

export function createSender({ clock, guard, wires, lines, drainErrors }: SenderOptions): Sender {
  const tokens = createTokens();
  const messages = new Map<number, Buffer>();
  let dropsBefore: Map<Wire, number | null> | null = null;

  const messageOf = (bytes: number): Buffer => {
    let message = messages.get(bytes);
    if (!message) messages.set(bytes, (message = Buffer.alloc(bytes)));
    return message;
  };

  /** A number for the packet of this turn on that wire; -1 when all are taken. */
  const numberOn = ({ ledger }: SharedWire, flight: Flight, nowNs: number): number =>
    ledger.take(flight.id, flight.turn, tokens.high, tokens.low, nowNs + flight.patienceNs, nowNs);

  /** The wire that has a number left, opened when there is none, with that number in `sequence`. */
  let sequence = -1;
  const wireWithRoom = (flight: Flight, nowNs: number): SharedWire | NotSentReason => {
    const { family } = flight.target;
    const options = flight.request.options ?? plain;
    const generation = lines.sending(flight.line, nowNs);
    tokens.next();
    for (const sharedWire of wires.get(family, options, generation)) {
      sequence = numberOn(sharedWire, flight, nowNs);
      if (sequence >= 0) return sharedWire;
    }
    const more = wires.more(family, options, generation);
    if (!more) return 'no-buffer';
    sequence = numberOn(more, flight, nowNs);
    return more;
  };
  const room = (flight: Flight, nowNs: number): SharedWire | NotSentReason => {
    try {
      return wireWithRoom(flight, nowNs);
    } catch (error) {
      return error instanceof SocketError ? unsent(error.errno) : 'other';
    }
  };

  const join = (flight: Flight, sharedWire: SharedWire): void => {
    const { wire } = sharedWire;
    if (flight.dropsBefore.has(wire)) return;
    let drops = dropsBefore?.get(wire);
    if (drops === undefined) {
      drops = wire.drops();
      dropsBefore?.set(wire, drops);
    }
    flight.dropsBefore.set(wire, drops);
    sharedWire.users += 1;
  };

  return {
    together(work) {
      dropsBefore = new Map();
      work();
      dropsBefore = null;
    },
    send(flight, nowNs) {
      const { packets, turn } = flight;
      const size = flight.request.sizes[turn % flight.plan.streams];
      if (!size) return null;
      const sharedWire = room(flight, nowNs);
      if (typeof sharedWire === 'string') {
        noteNotSent(packets, turn, sharedWire);
        return null;
      }
      join(flight, sharedWire);
      sharedWire.lastUsedNs = nowNs;
      const { wire } = sharedWire;
      const message = messageOf(size.icmpBytes);
      const { high, low } = tokens;
      writeRequest(message, wire.family, { identifier: wire.identifier, sequence, high, low });
      let [errno, monoNs] = [0, 0];
      // An ICMP error that came for an earlier packet makes the next call fail: that says nothing of this packet.
      for (let tries = 0; tries < maxTries; tries += 1) {
        packets.epoch[turn] = guard.epoch;
        monoNs = clock.monotonicNs();
        packets.sentMonoNs[turn] = monoNs;
        packets.sentRealNs[turn] = clock.wallNs();
        errno = wire.send(message, flight.target);
        if (errno === 0 || drainErrors(sharedWire) === 0) break;
      }
      if (errno === 0) {
        packets.sentNs[turn] = monoNs - flight.startNs;
        flight.lastSentNs = monoNs;
        flight.sent += 1;
        flight.unanswered += 1;
        return sharedWire;
      }
      sharedWire.ledger.giveBack(sequence);
      const reason = unsent(errno);
      noteNotSent(packets, turn, reason);
      // The interface that the socket is bound to may be gone, and come back as another one.
      if (reason === 'interface-down' && flight.request.options?.interface !== undefined)
        wires.retire(sharedWire);
      return null;
    },
  };
}

const unsent = (errno: number): NotSentReason => notSentReason(getSystemErrorName(-errno));
