import { randomFillSync } from 'node:crypto';
import { internetChecksum } from './checksum.js';

export type Family = 4 | 6;

export const echoRequestType = { 4: 8, 6: 128 } as const;
export const echoReplyType = { 4: 0, 6: 129 } as const;

export const icmpHeaderBytes = 8;
export const tokenBytes = 8;

/** 64 random bits that only the one who got the request can send back. */
export function newToken(): Buffer {
  return randomFillSync(Buffer.allocUnsafe(tokenBytes));
}

/**
 * An ICMP echo request of `icmpBytes` in all (at least 16). Its payload is the token over and over, so that a flipped
 * bit anywhere in a reply shows. The checksum of IPv6 covers addresses that only the kernel knows; it fills it in.
 * `message` is where to write it, for those who send many.
 */
export function echoRequest(
  family: Family,
  identifier: number,
  sequence: number,
  token: Uint8Array,
  icmpBytes: number,
  message: Buffer = Buffer.allocUnsafe(icmpBytes),
): Buffer {
  message[0] = echoRequestType[family];
  message[1] = 0;
  message.writeUInt16BE(0, 2);
  message.writeUInt16BE(identifier, 4);
  message.writeUInt16BE(sequence, 6);
  message.fill(token, icmpHeaderBytes);
  if (family === 4) message.writeUInt16BE(internetChecksum(message), 2);
  return message;
}

/** True when `reply`, an ICMP message, carries the same identifier, sequence number and payload as `request`. */
export function sameEcho(reply: Uint8Array, request: Uint8Array): boolean {
  if (reply.length !== request.length) return false;
  for (let index = 4; index < request.length; index += 1) if (reply[index] !== request[index]) return false;
  return true;
}
