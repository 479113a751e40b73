import type { Family } from '../shared/echo.js';
import type { RawSocket } from './library.js';

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
export function setSocketOptions(socket: RawSocket, family: Family, hopLimit: number): void {
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
