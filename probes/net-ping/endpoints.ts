import { randomInt } from 'node:crypto';
import type { Family } from '../shared/echo.js';
import { type IcmpMessage, icmpOfIpv4, readIcmp } from '../shared/icmp-message.js';
import type { NetPing, RawSocket } from './library.js';
import { ownSocketInodes, socketDrops } from '../shared/socket-drops.js';
import { isNothingThere } from './errors.js';

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

/** Linux's numbers; other systems keep their defaults. */
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const IPPROTO_IPV6 = 41;
const IPV6_UNICAST_HOPS = 16;
const IPPROTO_ICMPV6 = 58;
const ICMPV6_FILTER = 1;
const SOL_RAW = 255;
const ICMP_FILTER = 1;

const bufferBytes = 8 << 20;
/** The longest IP packet. */
const longestMessageBytes = 65_536;

/** Echo replies, and the errors that may quote a request. */
const wantedTypes = { 4: [0, 3, 4, 5, 11, 12], 6: [1, 2, 3, 4, 129] } as const;

/** The filter that blocks (a set bit) all but the wanted types; words of 32 bits in the machine's order. */
function filterWords(family: Family): Uint32Array {
  const words = new Uint32Array(family === 4 ? 1 : 8).fill(0xffffffff);
  for (const type of wantedTypes[family]) {
    const word = type >>> 5;
    words[word] = ((words[word] ?? 0) & ~(1 << (type & 31))) >>> 0;
  }
  return words;
}

/** As large a buffer as this process may have: root goes over the system's limit, others are cut to it. */
function setBuffer(socket: RawSocket, forced: number, limited: number): void {
  try {
    socket.setOption(SOL_SOCKET, forced, bufferBytes);
  } catch {
    socket.setOption(SOL_SOCKET, limited, bufferBytes);
  }
}

/**
 * Makes room for bursts, and has the kernel hold back the host's other ICMP: a raw socket gets a copy of all of it,
 * our own echo requests on loopback included. Throws when the system refuses an option.
 */
function setSocketOptions(socket: RawSocket, family: Family, hopLimit: number): void {
  socket.buffer = Buffer.allocUnsafe(longestMessageBytes);
  if (process.platform !== 'linux') return;
  setBuffer(socket, SO_RCVBUFFORCE, SO_RCVBUF);
  setBuffer(socket, SO_SNDBUFFORCE, SO_SNDBUF);
  const filter = Buffer.from(filterWords(family).buffer);
  if (family === 4) socket.setOption(SOL_RAW, ICMP_FILTER, filter, filter.length);
  else {
    socket.setOption(IPPROTO_ICMPV6, ICMPV6_FILTER, filter, filter.length);
    // net-ping sets the IPv4 option on IPv6 sockets, where its number means something else.
    socket.setOption(IPPROTO_IPV6, IPV6_UNICAST_HOPS, hopLimit);
  }
}

interface EchoSocketOptions {
  readonly netPing: NetPing;
  readonly family: Family;
  /** Called with each ICMP message, valid until it returns, and the instant it was read: `process.hrtime`. */
  readonly onMessage: (message: Uint8Array, source: string, atNs: bigint) => void;
  /** The socket failed and is closed; no more messages come. */
  readonly onDead: (reason: string) => void;
  readonly onError: (error: Error) => void;
}

/** A raw ICMP socket of one family, by way of a net-ping session. */
interface EchoSocket {
  readonly identifier: number;
  /** Sends `message`, now. `onSending` is called right before the system call. Gives the system's refusal, or null. */
  send(target: string, sequence: number, message: Buffer, onSending: () => void): Error | null;
  /** Packets dropped for want of buffer since it was opened; null where the kernel doesn't tell. */
  drops(): number | null;
  close(): void;
}

/** The one packet that is being sent; sending is over when `send` returns. */
interface Outgoing {
  sequence: number;
  message: Buffer;
  onSending: () => void;
  refused: Error | null;
}

const hopLimit = 64;
/** net-ping takes the session's id modulo 65535. */
const identifiers = 65_535;

/**
 * Opens a socket; throws what the system says when it is refused.
 *
 * net-ping opens the socket and sends. It is not asked what became of a request: it checks neither source nor payload
 * of a reply, drops duplicates unseen, ends a request at the first ICMP error, knows none of IPv6 and times by the
 * wall clock. So its own reader is taken off the socket, each message is read here, and a request is taken back from
 * it as soon as it is sent.
 */
function openEchoSocket(options: EchoSocketOptions): EchoSocket {
  const { netPing, family } = options;
  const before = ownSocketInodes();
  // Its own for each session: two with the same would take each other's replies.
  const identifier = randomInt(1, identifiers);
  const session = netPing.createSession({
    networkProtocol: family === 4 ? netPing.NetworkProtocol.IPv4 : netPing.NetworkProtocol.IPv6,
    retries: 0,
    sessionId: identifier,
    ttl: hopLimit,
  });
  const table = family === 4 ? 'raw' : 'raw6';
  const inode = [...ownSocketInodes()].find((one) => !before.has(one) && socketDrops(table, one) !== null);
  const socket = session.getSocket();

  let open = true;
  session.on('error', (error) => {
    if (!isNothingThere(error)) options.onError(error);
  });
  session.on('close', () => {
    if (!open) return;
    open = false;
    options.onDead('the socket was closed by the system');
  });
  socket.removeAllListeners('message');
  socket.on('message', (packet, source) => {
    const atNs = process.hrtime.bigint();
    const message = family === 4 ? icmpOfIpv4(packet) : packet;
    if (message) options.onMessage(message, source, atNs);
  });
  // It would stop reading whenever it holds no request of its own, which is always.
  socket.pauseRecv = () => socket;
  try {
    setSocketOptions(socket, family, hopLimit);
  } catch (error) {
    open = false;
    session.close();
    throw error;
  }

  const outgoing: Outgoing = {
    sequence: 0,
    message: Buffer.alloc(0),
    onSending: () => undefined,
    refused: null,
  };
  session._generateId = () => outgoing.sequence;
  session.toBuffer = () => outgoing.message;
  session.onBeforeSocketSend = () => {
    outgoing.onSending();
  };

  return {
    identifier,
    send(target, sequence, message, onSending) {
      // After net-ping's next line reads it, nothing holds on to `message`: the caller may write the next one in it.
      outgoing.sequence = sequence;
      outgoing.message = message;
      outgoing.onSending = onSending;
      outgoing.refused = null;
      // "Not paused" keeps raw-socket from waiting for the event loop to say that the socket can be written to: it
      // can, and a packet that waits its turn there leaves late.
      socket.sendPaused = false;
      session.pingHost(target, (error) => {
        outgoing.refused = error;
      });
      socket.onSendReady();
      session.reqRemove(sequence);
      return outgoing.refused;
    },
    drops: () => (inode === undefined ? null : socketDrops(table, inode)),
    close() {
      open = false;
      session.close();
    },
  };
}
