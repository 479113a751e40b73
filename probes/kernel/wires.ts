import type { PacketOptions } from '../probe.js';
import type { Family } from '../shared/echo.js';
import { createLedger, type Ledger } from './ledger.js';
import type { Wire } from './wire.js';

/** A wire with the book of what was sent on it. */
export interface BookedWire {
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
  readonly all: readonly BookedWire[];
  /** The wires for such packets; the first is opened when there is none. Throws what the opening throws. */
  get(family: Family, options: PacketOptions, generation: number): readonly BookedWire[];
  /** Opens one more; null when there are as many as may be. */
  more(family: Family, options: PacketOptions, generation: number): BookedWire | null;
  /** Closes what nobody uses since `beforeNs`, and at once what is given as broken. */
  sweep(beforeNs: number): void;
  retire(wire: BookedWire): void;
  close(): void;
}

/** 65,536 packets each: enough for 80,000 packets/s with 3 s of patience. */
const mostOfOneSet = 4;

export function createWires(open: (family: Family, options: PacketOptions) => Wire): Wires {
  const sets = new Map<string, BookedWire[]>();
  const retired = new Set<BookedWire>();
  const all: BookedWire[] = [];
  // The packets of a round come with the same object again and again.
  const known = new WeakMap<PacketOptions, string>();
  const keyOf = (family: Family, options: PacketOptions, generation: number): string => {
    let key = known.get(options);
    if (key === undefined) known.set(options, (key = optionsKey(options)));
    return `${family} ${generation} ${key}`;
  };
  const setOf = (family: Family, options: PacketOptions, generation: number): BookedWire[] => {
    const key = keyOf(family, options, generation);
    let set = sets.get(key);
    if (!set) sets.set(key, (set = []));
    return set;
  };
  const openInto = (set: BookedWire[], family: Family, options: PacketOptions): BookedWire => {
    const wire = open(family, options);
    const ledger = createLedger(Math.floor(Math.random() * 0x10000));
    const booked = { wire, ledger, requestAt: 0, users: 0, lastUsedNs: 0, drained: false };
    set.push(booked);
    all.push(booked);
    return booked;
  };
  const leaveSet = (booked: BookedWire): void => {
    for (const [key, set] of sets) {
      if (set.includes(booked)) set.splice(set.indexOf(booked), 1);
      if (set.length === 0) sets.delete(key);
    }
  };
  const closeOne = (booked: BookedWire): void => {
    retired.delete(booked);
    all.splice(all.indexOf(booked), 1);
    leaveSet(booked);
    booked.wire.close();
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
      return set.length < mostOfOneSet ? openInto(set, family, options) : null;
    },
    sweep(beforeNs) {
      for (const booked of [...all])
        if (booked.users === 0 && (booked.lastUsedNs < beforeNs || retired.has(booked))) closeOne(booked);
    },
    retire(booked) {
      leaveSet(booked);
      retired.add(booked);
    },
    close() {
      for (const booked of [...all]) closeOne(booked);
    },
  };
}

function optionsKey({ dscp, ttl, source, dontFragment, interface: device }: PacketOptions): string {
  return JSON.stringify([dscp, ttl, source, dontFragment, device]);
}
