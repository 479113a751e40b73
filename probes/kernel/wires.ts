import type { PacketOptions } from '../probe.js';
import type { Family } from '../shared/echo.js';
import type { Wire } from './wire.js';

/**
 * Which packet a sequence number stands for, on one socket. The number is 16 bits and comes round again; the 64-bit
 * token tells the one packet from all others. A number is given out again only when no reply to its last packet can
 * be waited for any more. Typed arrays: a full ledger is 2.3 MB and makes no garbage.
 */
interface Ledger {
  /** Gives a number to a packet until `untilNs`; -1 when all are taken. */
  take(flight: number, packet: number, high: number, low: number, untilNs: number, nowNs: number): number;
  /** Takes a number back at once: its packet was never sent. */
  giveBack(sequence: number): void;
  /** The flight and packet the number stands for; flight 0: none. */
  flightOf(sequence: number): number;
  packetOf(sequence: number): number;
  /** `own`: the token of its packet. `former`: of the one before it, a straggler. */
  tokenIs(sequence: number, high: number, low: number): 'own' | 'former' | 'foreign';
}

const numbers = 0x10000;
/** How many taken numbers are passed over in search of a free one. */
const lookAhead = 256;

export function createLedger(first: number): Ledger {
  const flights = new Uint32Array(numbers);
  const packets = new Uint32Array(numbers);
  const tokens = new Uint32Array(numbers * 2);
  const formerTokens = new Uint32Array(numbers * 2);
  const until = new Float64Array(numbers).fill(-Infinity);
  let next = first & 0xffff;
  return {
    take(flight, packet, high, low, untilNs, nowNs) {
      for (let tries = 0; tries < lookAhead; tries += 1) {
        const sequence = next;
        next = (next + 1) & 0xffff;
        if ((until[sequence] ?? 0) > nowNs) continue;
        formerTokens[sequence * 2] = tokens[sequence * 2] ?? 0;
        formerTokens[sequence * 2 + 1] = tokens[sequence * 2 + 1] ?? 0;
        flights[sequence] = flight;
        packets[sequence] = packet;
        tokens[sequence * 2] = high;
        tokens[sequence * 2 + 1] = low;
        until[sequence] = untilNs;
        return sequence;
      }
      return -1;
    },
    giveBack(sequence) {
      flights[sequence] = 0;
      until[sequence] = -Infinity;
    },
    flightOf: (sequence) => flights[sequence] ?? 0,
    packetOf: (sequence) => packets[sequence] ?? 0,
    tokenIs(sequence, high, low) {
      const at = sequence * 2;
      if (tokens[at] === high && tokens[at + 1] === low) return 'own';
      return formerTokens[at] === high && formerTokens[at + 1] === low ? 'former' : 'foreign';
    },
  };
}

/** A wire with the book of what was sent on it. */
export interface SharedWire {
  readonly wire: Wire;
  readonly ledger: Ledger;
  /** Where our request begins in what the error queue gives back; it is mostly the same place. */
  requestAt: number;
  /** Rounds that may still get something from it. */
  users: number;
  lastUsedNs: number;
  /** Its error queue was emptied in this turn of the loop. */
  drained: boolean;
}

/**
 * The open sockets. Packets that are to look alike share one: its options are the socket's, so no packet can leave
 * with another's. When all its sequence numbers wait for replies a further socket is opened beside it.
 */
export interface Wires {
  readonly all: readonly SharedWire[];
  /** The wires for such packets; the first is opened when there is none. Throws what the opening throws. */
  get(family: Family, options: PacketOptions, generation: number): readonly SharedWire[];
  /** Opens one more; null when there are as many as may be. */
  more(family: Family, options: PacketOptions, generation: number): SharedWire | null;
  /** Closes what nobody uses since `beforeNs`, and at once what is given as broken. */
  sweep(beforeNs: number): void;
  retire(wire: SharedWire): void;
  close(): void;
}

/** 65,536 packets each: enough for 80,000 packets/s with 3 s of patience. */
const maxOfOneSet = 4;

export function createWires(open: (family: Family, options: PacketOptions) => Wire): Wires {
  const sets = new Map<string, SharedWire[]>();
  const retired = new Set<SharedWire>();
  const all: SharedWire[] = [];
  // The packets of a round come with the same object again and again.
  const known = new WeakMap<PacketOptions, string>();
  const keyOf = (family: Family, options: PacketOptions, generation: number): string => {
    let key = known.get(options);
    if (key === undefined) known.set(options, (key = optionsKey(options)));
    return `${family} ${generation} ${key}`;
  };
  const setOf = (family: Family, options: PacketOptions, generation: number): SharedWire[] => {
    const key = keyOf(family, options, generation);
    let set = sets.get(key);
    if (!set) sets.set(key, (set = []));
    return set;
  };
  const openInto = (set: SharedWire[], family: Family, options: PacketOptions): SharedWire => {
    const wire = open(family, options);
    const ledger = createLedger(Math.floor(Math.random() * 0x10000));
    const reserved = { wire, ledger, requestAt: 0, users: 0, lastUsedNs: 0, drained: false };
    set.push(reserved);
    all.push(reserved);
    return reserved;
  };
  const leaveSet = (sharedWire: SharedWire): void => {
    for (const [key, set] of sets) {
      if (set.includes(sharedWire)) set.splice(set.indexOf(sharedWire), 1);
      if (set.length === 0) sets.delete(key);
    }
  };
  const closeOne = (sharedWire: SharedWire): void => {
    retired.delete(sharedWire);
    all.splice(all.indexOf(sharedWire), 1);
    leaveSet(sharedWire);
    sharedWire.wire.close();
  };
  return {
    all,
    get(family, options, generation) {
      const set = setOf(family, options, generation);
      if (set.length === 0) openInto(set, family, options);
      return set;
    },
    more(family, options, generation) {
      const set = setOf(family, options, generation);
      return set.length < maxOfOneSet ? openInto(set, family, options) : null;
    },
    sweep(beforeNs) {
      for (const sharedWire of [...all])
        if (sharedWire.users === 0 && (sharedWire.lastUsedNs < beforeNs || retired.has(sharedWire)))
          closeOne(sharedWire);
    },
    retire(sharedWire) {
      leaveSet(sharedWire);
      retired.add(sharedWire);
    },
    close() {
      for (const sharedWire of [...all]) closeOne(sharedWire);
    },
  };
}

function optionsKey({ dscp, ttl, source, dontFragment, interface: device }: PacketOptions): string {
  return JSON.stringify([dscp, ttl, source, dontFragment, device]);
}
