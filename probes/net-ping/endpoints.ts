import type { Family } from '../shared/echo.js';
import { type IcmpMessage, readIcmp } from '../shared/icmp-message.js';
import { type EchoSocket, openEchoSocket } from './echo-socket.js';
import type { NetPing } from './library.js';

/** ICMP sequence numbers of one socket, each with the packet that has it. */
interface Sequences<Owner> {
  /** A number for the owner's packet `turn`, whose replies are waited for until `untilMs`; null when all are taken. */
  take(owner: Owner, turn: number, nowMs: number, untilMs: number): number | null;
  /** Whose packet has this number; null when nobody waits for it. */
  ownerOf(sequence: number): Owner | null;
  /** Which of the owner's packets it is. */
  turnOf(sequence: number): number;
  /** The owner no longer waits for this number, which still rests until the time that was given. */
  release(owner: Owner, sequence: number): void;
}

/** 1 to 65535: net-ping takes 0 for "none left". */
const numbers = 0xffff;

/**
 * Hands out numbers in a circle. None is taken again before the replies of its last packet are waited for no more, so
 * a late reply can't be booked for a packet that it does not answer. That bounds what is outstanding, too.
 */
export function sequences<Owner>(): Sequences<Owner> {
  const owners = new Array<Owner | null>(numbers + 1).fill(null);
  const turns = new Uint32Array(numbers + 1);
  const freeAtMs = new Float64Array(numbers + 1).fill(-Infinity);
  let last = 0;
  return {
    take(owner, turn, nowMs, untilMs) {
      const sequence = (last % numbers) + 1;
      if (nowMs < (freeAtMs[sequence] ?? 0)) return null;
      last = sequence;
      owners[sequence] = owner;
      turns[sequence] = turn;
      freeAtMs[sequence] = untilMs;
      return sequence;
    },
    ownerOf: (sequence) => owners[sequence] ?? null,
    turnOf: (sequence) => turns[sequence] ?? 0,
    release(owner, sequence) {
      if (owners[sequence] === owner) owners[sequence] = null;
    },
  };
}

/** Who waits for replies on an endpoint. */
export interface Listener {
  took(turn: number, message: Exclude<IcmpMessage, { kind: 'other' }>, source: string, atNs: bigint): void;
  died(reason: string): void;
}

/** One socket of one family and who uses it. Each generation has an identifier of its own. */
export interface Endpoint {
  readonly family: Family;
  readonly generation: number;
  readonly socket: EchoSocket;
  readonly sequences: Sequences<Listener>;
  /** Messages read so far: how one sees that there is nothing left to read. */
  readonly messagesRead: number;
}

export interface Endpoints {
  /** The family's endpoint of a generation, opened if there is none; throws what the system says when it can't be. */
  join(family: Family, generation: number, listener: Listener): Endpoint;
  leave(endpoint: Endpoint, listener: Listener): void;
}

interface Entry extends Endpoint {
  readonly listeners: Set<Listener>;
  messagesRead: number;
  idle: NodeJS.Timeout | undefined;
}

/**
 * How long a socket stays open when no round uses it. While it is open it is read, so it never fills up with the
 * host's other ICMP; a closed one's late replies reach nobody, for the next has another identifier.
 */
const idleMs = 10_000;

export function endpoints(options: {
  readonly netPing: NetPing;
  readonly onError: (error: Error) => void;
}): Endpoints {
  const open = new Map<string, Entry>();

  const openEntry = (family: Family, generation: number): Entry => {
    const key = keyOf(family, generation);
    const sequenceNumbers = sequences<Listener>();
    const listeners = new Set<Listener>();
    const socket = openEchoSocket({
      netPing: options.netPing,
      family,
      onError: options.onError,
      onDead: (reason) => {
        if (open.get(key) === entry) open.delete(key);
        for (const listener of [...listeners]) listener.died(reason);
      },
      onMessage: (bytes, source, atNs) => {
        entry.messagesRead += 1;
        const message = readIcmp(family, bytes);
        if (message.kind === 'other') return;
        const { identifier, sequence } = message.kind === 'reply' ? message : message.request;
        if (identifier !== socket.identifier) return;
        sequenceNumbers.ownerOf(sequence)?.took(sequenceNumbers.turnOf(sequence), message, source, atNs);
      },
    });
    const entry: Entry = {
      family,
      generation,
      socket,
      sequences: sequenceNumbers,
      listeners,
      messagesRead: 0,
      idle: undefined,
    };
    open.set(key, entry);
    return entry;
  };

  return {
    join(family, generation, listener) {
      const entry = open.get(keyOf(family, generation)) ?? openEntry(family, generation);
      clearTimeout(entry.idle);
      entry.listeners.add(listener);
      return entry;
    },
    leave(endpoint, listener) {
      const key = keyOf(endpoint.family, endpoint.generation);
      const entry = open.get(key);
      if (entry !== endpoint || !entry.listeners.delete(listener) || entry.listeners.size > 0) return;
      entry.idle = setTimeout(() => {
        open.delete(key);
        entry.socket.close();
      }, idleMs);
    },
  };
}

export const keyOf = (family: Family, generation: number): string => `${family} ${generation}`;
