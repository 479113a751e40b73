import { randomInt } from 'node:crypto';
import { icmpOfIpv4 } from '../shared/icmp-message.js';
import type { Family } from '../shared/echo.js';
import { ownSocketInodes, socketDrops } from '../shared/socket-drops.js';
import { isNothingThere } from './errors.js';
import type { NetPing } from './library.js';
import { setSocketOptions } from './socket-options.js';

export interface EchoSocketOptions {
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
