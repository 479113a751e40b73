import {
  AF_INET,
  AF_INET6,
  cmsghdr,
  EE_ORIGIN_ICMP,
  EE_ORIGIN_ICMP6,
  extendedError,
  IP_RECVERR,
  IPV6_RECVERR,
  SCM_TIMESTAMPING,
  sockaddrIn,
  sockaddrIn6,
  SOL_IP,
  SOL_IPV6,
  SOL_SOCKET,
  timespec,
} from './abi.js';

/** What came beside a packet. One object is filled again and again: copy what is to be kept. */
export interface Control {
  /** The kernel's stamp, of CLOCK_REALTIME; `hasStamp` false: the two are meaningless. */
  hasStamp: boolean;
  sec: number;
  nsec: number;
  /** From `sock_extended_err`; origin 0: none came. */
  origin: number;
  type: number;
  code: number;
  /** What else an ICMP error says: of "packet too big" the next hop's MTU. */
  info: number;
  /** The address of who sent an ICMP error, 4 or 16 bytes; null: none came. */
  offender: Uint8Array | null;
}

export const emptyControl = (): Control => ({
  hasStamp: false,
  sec: 0,
  nsec: 0,
  origin: 0,
  type: 0,
  code: 0,
  info: 0,
  offender: null,
});

/** Reads the control messages in `[start, end)` into `into`. Stops at the first one that does not fit. */
export function parseControl(bytes: Buffer, start: number, end: number, into: Control): void {
  into.hasStamp = false;
  into.origin = 0;
  into.offender = null;
  let at = start;
  while (at + cmsghdr.bytes <= end) {
    // A length over 32 bits can't fit: its low half alone would pass, so the high half is looked at too.
    const length = bytes.readUInt32LE(at + cmsghdr.length);
    if (bytes.readUInt32LE(at + cmsghdr.length + 4) !== 0) return;
    if (length < cmsghdr.bytes || at + length > end) return;
    readOne(bytes, at, length - cmsghdr.bytes, into);
    at += Math.ceil(length / cmsghdr.align) * cmsghdr.align;
  }
}

function readOne(bytes: Buffer, at: number, length: number, into: Control): void {
  const level = bytes.readInt32LE(at + cmsghdr.level);
  const type = bytes.readInt32LE(at + cmsghdr.type);
  const data = at + cmsghdr.bytes;
  if (level === SOL_SOCKET && type === SCM_TIMESTAMPING && length >= timespec.bytes) {
    const sec = readInt64(bytes, data + timespec.sec);
    const nsec = readInt64(bytes, data + timespec.nsec);
    // Zeros stand for "not taken".
    if ((sec !== 0 || nsec !== 0) && nsec >= 0 && nsec < 1e9) {
      into.hasStamp = true;
      into.sec = sec;
      into.nsec = nsec;
    }
  } else if (
    ((level === SOL_IP && type === IP_RECVERR) || (level === SOL_IPV6 && type === IPV6_RECVERR)) &&
    length >= extendedError.bytes
  ) {
    into.origin = bytes[data + extendedError.origin] ?? 0;
    into.type = bytes[data + extendedError.type] ?? 0;
    into.code = bytes[data + extendedError.code] ?? 0;
    into.info = bytes.readUInt32LE(data + extendedError.info);
    const isIcmp = into.origin === EE_ORIGIN_ICMP || into.origin === EE_ORIGIN_ICMP6;
    into.offender = isIcmp ? offenderIn(bytes.subarray(data + extendedError.bytes, data + length)) : null;
  }
}

/** The kernel writes who sent an ICMP error behind it, as a `sockaddr`. */
function offenderIn(sockaddr: Buffer): Uint8Array | null {
  if (sockaddr.length < sockaddrIn.bytes) return null;
  const family = sockaddr.readUInt16LE(sockaddrIn.family);
  if (family === AF_INET)
    return Uint8Array.from(sockaddr.subarray(sockaddrIn.address, sockaddrIn.address + 4));
  if (family !== AF_INET6 || sockaddr.length < sockaddrIn6.address + 16) return null;
  return Uint8Array.from(sockaddr.subarray(sockaddrIn6.address, sockaddrIn6.address + 16));
}

/** Exact below 2^53: seconds are. */
export function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32LE(at + 4) * 0x1_0000_0000 + bytes.readUInt32LE(at);
}
