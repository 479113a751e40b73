import { echoReplyType, echoRequestType, icmpHeaderBytes, tokenBytes, type Family } from '../shared/echo.js';
import { internetChecksum } from '../shared/checksum.js';

/** The least that a message of ours is long: a header and one token. */
const leastBytes = icmpHeaderBytes + tokenBytes;

export interface EchoFields {
  readonly identifier: number;
  readonly sequence: number;
  /** The token's two halves. */
  readonly high: number;
  readonly low: number;
}

/** Writes an echo request over the whole of `message`, its token over and over (see `../shared/echo.ts`). */
export function writeRequest(message: Buffer, family: Family, fields: EchoFields): void {
  message[0] = echoRequestType[family];
  message[1] = 0;
  message.writeUInt16BE(0, 2);
  message.writeUInt16BE(fields.identifier, 4);
  message.writeUInt16BE(fields.sequence, 6);
  message.writeUInt32BE(fields.high, icmpHeaderBytes);
  message.writeUInt32BE(fields.low, icmpHeaderBytes + 4);
  // Each copy doubles what is filled.
  for (let at = leastBytes; at < message.length; at += at - icmpHeaderBytes)
    message.copy(message, at, icmpHeaderBytes, at);
  // The kernel writes the checksum of IPv6, for it covers addresses, and that of datagram sockets.
  if (family === 4) message.writeUInt16BE(internetChecksum(message), 2);
}

/** Is this an echo reply that is long enough to carry a token? */
export function isReply(bytes: Buffer, start: number, end: number, family: Family): boolean {
  return end - start >= leastBytes && bytes[start] === echoReplyType[family] && bytes[start + 1] === 0;
}

export const identifierAt = (bytes: Buffer, start: number): number => bytes.readUInt16BE(start + 4);
export const sequenceAt = (bytes: Buffer, start: number): number => bytes.readUInt16BE(start + 6);
export const highAt = (bytes: Buffer, start: number): number => bytes.readUInt32BE(start + icmpHeaderBytes);
export const lowAt = (bytes: Buffer, start: number): number =>
  bytes.readUInt32BE(start + icmpHeaderBytes + 4);

/** Is the payload its own first 8 bytes over and over? It is when it equals itself 8 bytes on. */
export function isRepeatedToken(bytes: Buffer, start: number, end: number): boolean {
  const from = start + icmpHeaderBytes;
  if (end - from <= tokenBytes) return true;
  return bytes.compare(bytes, from, end - tokenBytes, from + tokenBytes, end) === 0;
}

/**
 * Finds our echo request in a packet that the kernel gave back (behind link, IP and perhaps tunnel headers) or that a
 * router quoted. Returns where it starts, or -1. `hint`, an offset from `start`, is tried first: mostly it's the same.
 */
export function findRequest(
  bytes: Buffer,
  start: number,
  end: number,
  family: Family,
  identifier: number,
  hint: number,
): number {
  const isAt = (at: number): boolean =>
    at + icmpHeaderBytes <= end &&
    bytes[at] === echoRequestType[family] &&
    bytes[at + 1] === 0 &&
    identifierAt(bytes, at) === identifier;
  if (isAt(start + hint)) return start + hint;
  for (let at = start; at + icmpHeaderBytes <= end; at += 2) if (isAt(at)) return at;
  return -1;
}

/** The ICMP message's place in what a raw IPv4 socket gives; -1 when that is no IPv4 packet. */
export function afterIpv4Header(bytes: Buffer, start: number, end: number): number {
  const first = bytes[start] ?? 0;
  const headerBytes = (first & 0x0f) * 4;
  return first >> 4 === 4 && headerBytes >= 20 && start + headerBytes <= end ? start + headerBytes : -1;
}
