import { randomInt } from 'node:crypto';
import type { Family } from '../shared/echo.js';
import { icmpOfIpv4 } from '../shared/icmp-message.js';
import { ownSocketInodes, socketDrops } from '../shared/socket-drops.js';
import { isNothingThere } from './errors.js';
import type { NetPing, RawSocket } from './library.js';

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
export interface EchoSocket {
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
export function openEchoSocket(options: EchoSocketOptions): EchoSocket {
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
