import { getSystemErrorName } from 'node:util';
import type { PacketOptions } from '../probe.js';
import type { Family } from '../shared/echo.js';
import * as abi from './abi.js';
import { anyAddress, kernelAddress } from './address.js';
import type { Libc } from './libc.js';

/** One instruction of the kernel's classic packet filter: code, jump if true, jump if false, operand. */
type Instruction = readonly [code: number, jt: number, jf: number, k: number];

const loadIpHeaderLength: Instruction = [0xb1, 0, 0, 0];
// ldxb 4*([0]&0xf)
const keep: Instruction = [0x06, 0, 0, 0x40000];
const drop: Instruction = [0x06, 0, 0, 0];

/** Echo replies with this identifier, on a raw IPv4 socket: it sees the IP header first. */
const repliesV4 = (identifier: number): Instruction[] => [
  loadIpHeaderLength,
  [0x50, 0, 0, 0], // ldb [x + 0], the type
  [0x15, 0, 3, 0], // is it echo reply
  [0x48, 0, 0, 4], // ldh [x + 4], the identifier
  [0x15, 0, 1, identifier],
  keep,
  drop,
];

/** The same on a raw IPv6 socket, which starts at the ICMP message. */
const repliesV6 = (identifier: number): Instruction[] => [
  [0x30, 0, 0, 0],
  [0x15, 0, 3, 129],
  [0x28, 0, 0, 4],
  [0x15, 0, 1, identifier],
  keep,
  drop,
];

/** The program as SO_ATTACH_FILTER wants it: 8 bytes an instruction. */
function echoReplyFilter(family: 4 | 6, identifier: number): { program: Buffer; count: number } {
  const instructions = family === 4 ? repliesV4(identifier) : repliesV6(identifier);
  const program = Buffer.alloc(instructions.length * 8);
  instructions.forEach(([code, jt, jf, k], index) => {
    program.writeUInt16LE(code, index * 8);
    program.writeUInt8(jt, index * 8 + 2);
    program.writeUInt8(jf, index * 8 + 3);
    program.writeUInt32LE(k, index * 8 + 4);
  });
  return { program, count: instructions.length };
}

/** ICMP6_FILTER that lets only echo replies (129) through: a set bit blocks. */
function icmp6EchoReplyOnly(): Buffer {
  const blocked = Buffer.alloc(32, 0xff);
  const word = blocked.readUInt32LE(16); // types 128 to 159
  blocked.writeUInt32LE((word & ~(1 << 1)) >>> 0, 16);
  return blocked;
}

/** How a socket came to be: `datagram` needs no privilege, `raw` needs CAP_NET_RAW. */
export type SocketMode = 'datagram' | 'raw';

interface IcmpSocket {
  readonly fd: number;
  readonly mode: SocketMode;
  readonly identifier: number;
}

/** A call that a socket needs was refused. */
export class SocketError extends Error {
  override readonly name = 'SocketFault';
  constructor(
    what: string,
    readonly errno: number,
  ) {
    super(`${what}: ${getSystemErrorName(-errno)}`);
  }
}

export const interfaceIndexBy =
  (libc: Libc) =>
  (name: string): number =>
    libc.if_nametoindex(name);

const receiveBufferBytes = 4 << 20;

/** Opens an ICMP socket: a datagram one where the system allows it, a raw one otherwise. Throws `SocketFault`. */
export function openSocket(libc: Libc, family: Family, options: PacketOptions): IcmpSocket {
  const { fd, mode } = openEither(libc, family);
  try {
    setUp(libc, fd, family, options);
    const identifier =
      mode === 'datagram' ? bindDatagram(libc, fd, family, options) : Math.floor(Math.random() * 0x10000);
    if (mode === 'raw') {
      if (options.source !== undefined) bindTo(libc, fd, sourceAddress(libc, family, options.source));
      filterRaw(libc, fd, family, identifier);
    }
    return { fd, mode, identifier };
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}

function openEither(libc: Libc, family: Family): { fd: number; mode: SocketMode } {
  const [domain, protocol] =
    family === 4 ? [abi.AF_INET, abi.IPPROTO_ICMP] : [abi.AF_INET6, abi.IPPROTO_ICMPV6];
  const flags = abi.SOCK_NONBLOCK | abi.SOCK_CLOEXEC;
  const datagram = libc.socket(domain, abi.SOCK_DGRAM | flags, protocol);
  if (datagram >= 0) return { fd: datagram, mode: 'datagram' };
  const raw = libc.socket(domain, abi.SOCK_RAW | flags, protocol);
  if (raw >= 0) return { fd: raw, mode: 'raw' };
  throw new SocketError(`no ICMPv${family} socket`, libc.errno());
}

function setUp(libc: Libc, fd: number, family: Family, options: PacketOptions): void {
  const set = (level: number, name: number, value: Buffer): boolean =>
    libc.setsockopt(fd, level, name, value, value.length) === 0;
  const need = (what: string, level: number, name: number, value: Buffer): void => {
    if (!set(level, name, value)) throw new SocketError(what, libc.errno());
  };
  const size = abi.int32(receiveBufferBytes);
  // The first needs CAP_NET_ADMIN; the second is cut to net.core.rmem_max.
  if (!set(abi.SOL_SOCKET, abi.SO_RCVBUFFORCE, size)) set(abi.SOL_SOCKET, abi.SO_RCVBUF, size);
  // Without it ICMP errors and full queues stay unseen; nothing else fails.
  if (family === 4) set(abi.SOL_IP, abi.IP_RECVERR, abi.int32(1));
  else set(abi.SOL_IPV6, abi.IPV6_RECVERR, abi.int32(1));

  const { dscp, ttl, dontFragment } = options;
  const [level, tos, hops, discover] =
    family === 4
      ? [abi.SOL_IP, abi.IP_TOS, abi.IP_TTL, abi.IP_MTU_DISCOVER]
      : [abi.SOL_IPV6, abi.IPV6_TCLASS, abi.IPV6_UNICAST_HOPS, abi.IPV6_MTU_DISCOVER];
  if (dscp !== undefined) need(`DSCP ${dscp}`, level, tos, abi.int32(dscp << 2));
  if (ttl !== undefined) need(`TTL ${ttl}`, level, hops, abi.int32(ttl));
  if (dontFragment !== undefined) {
    // With PMTUDISC_DO the system would refuse to send what a router once reported as too long, as if the packet were
    // longer than the own interface allows: the path's fault would look like the observer's.
    const mode = dontFragment ? abi.PMTUDISC_PROBE : abi.PMTUDISC_DONT;
    need("don't fragment", level, discover, abi.int32(mode));
    if (family === 6) need("don't fragment", level, abi.IPV6_DONTFRAG, abi.int32(dontFragment ? 1 : 0));
  }
  if (options.interface !== undefined)
    need(
      `interface ${options.interface}`,
      abi.SOL_SOCKET,
      abi.SO_BINDTODEVICE,
      Buffer.from(`${options.interface}\0`),
    );
}

/** The kernel chooses the identifier of a datagram socket: its port. */
function bindDatagram(libc: Libc, fd: number, family: Family, options: PacketOptions): number {
  const address =
    options.source === undefined ? anyAddress(family) : sourceAddress(libc, family, options.source);
  bindTo(libc, fd, address);
  const length = abi.int32(address.length);
  const bound = Buffer.alloc(address.length);
  if (libc.getsockname(fd, bound, length) !== 0) throw new SocketError('getsockname', libc.errno());
  return bound.readUInt16BE(abi.sockaddrIn.port);
}

function bindTo(libc: Libc, fd: number, address: Buffer): void {
  if (libc.bind(fd, address, address.length) !== 0) throw new SocketError('source address', libc.errno());
}

function sourceAddress(libc: Libc, family: Family, source: string): Buffer {
  const address = kernelAddress(source, interfaceIndexBy(libc));
  if (address?.family !== family) throw new Error(`the source "${source}" is no IPv${family} address`);
  return address.sockaddr;
}

/** A raw socket gets a copy of every ICMP packet of the host: lets only replies to us through. */
function filterRaw(libc: Libc, fd: number, family: Family, identifier: number): void {
  const { program, count } = echoReplyFilter(family, identifier);
  const header = Buffer.alloc(16);
  header.writeUInt16LE(count, 0);
  header.writeBigUInt64LE(libc.address(program), 8);
  if (libc.setsockopt(fd, abi.SOL_SOCKET, abi.SO_ATTACH_FILTER, header, header.length) !== 0)
    throw new SocketError('packet filter', libc.errno());
  if (family === 6) {
    const only = icmp6EchoReplyOnly();
    libc.setsockopt(fd, abi.SOL_ICMPV6, abi.ICMP6_FILTER, only, only.length);
  }
  // The kernel has copied the program; until here it must not be collected.
  if (program.length === 0) throw new Error('an empty filter');
}
