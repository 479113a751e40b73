import type { IcmpErrorKind } from '../../src/core/measurement/round.js';
import { internetChecksum } from './checksum.js';
import { echoReplyType, echoRequestType, icmpHeaderBytes, type Family } from './echo.js';
import { icmpErrorKind } from './icmp-errors.js';
import { mtuOf } from './icmp-tally.js';

/** An echo request as an ICMP error quotes it: at least its header, seldom all of it. */
interface QuotedRequest {
  /** Where it went: 4 or 16 bytes. */
  readonly destination: Uint8Array;
  readonly identifier: number;
  readonly sequence: number;
  /** As much of its ICMP message as was quoted, header included. */
  readonly message: Uint8Array;
}

export type IcmpMessage =
  | {
      readonly kind: 'reply';
      readonly identifier: number;
      readonly sequence: number;
      /** The whole ICMP message, a view of what was parsed. */
      readonly message: Uint8Array;
      /** False: what it says can't be trusted. Always true for IPv6, where the kernel checks. */
      readonly intact: boolean;
    }
  | {
      readonly kind: 'error';
      readonly error: IcmpErrorKind;
      readonly type: number;
      readonly code: number;
      /** Of "packet too big" the MTU of the next hop; null: none. */
      readonly mtu: number | null;
      readonly request: QuotedRequest;
    }
  | { readonly kind: 'other' };

const other: IcmpMessage = { kind: 'other' };
const icmpProtocol = { 4: 1, 6: 58 } as const;
const minIpv4HeaderBytes = 20;
const ipv6HeaderBytes = 40;
const fragmentHeader = { protocol: 44, bytes: 8 };

const uint16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

const uint32 = (bytes: Uint8Array, at: number): number =>
  uint16(bytes, at) * 0x1_0000 + uint16(bytes, at + 2);

/** The ICMP message inside an IPv4 packet as a raw socket gives it; null when it is not one, or cut short. */
export function icmpOfIpv4(packet: Uint8Array): Uint8Array | null {
  const first = packet[0] ?? 0;
  const headerBytes = (first & 0x0f) * 4;
  const totalBytes = uint16(packet, 2);
  if (first >> 4 !== 4 || headerBytes < minIpv4HeaderBytes || packet[9] !== icmpProtocol[4]) return null;
  if (totalBytes > packet.length || totalBytes < headerBytes + icmpHeaderBytes) return null;
  return packet.subarray(headerBytes, totalBytes);
}

/** Where the quoted packet went and what it carried; null when it was no ICMP, or too little of it is there. */
function quotedIcmp(
  family: Family,
  quote: Uint8Array,
): { readonly destination: Uint8Array; readonly message: Uint8Array } | null {
  const version = (quote[0] ?? 0) >> 4;
  if (version !== family) return null;
  if (family === 4) {
    const headerBytes = ((quote[0] ?? 0) & 0x0f) * 4;
    const later = (uint16(quote, 6) & 0x1fff) !== 0;
    if (headerBytes < minIpv4HeaderBytes || later || quote[9] !== icmpProtocol[4]) return null;
    return { destination: quote.subarray(16, 20), message: quote.subarray(headerBytes) };
  }
  const destination = quote.subarray(24, 40);
  if (quote[6] === icmpProtocol[6]) return { destination, message: quote.subarray(ipv6HeaderBytes) };
  const fragment = quote.subarray(ipv6HeaderBytes);
  const later = (uint16(fragment, 2) & 0xfff8) !== 0;
  if (quote[6] !== fragmentHeader.protocol || fragment[0] !== icmpProtocol[6] || later) return null;
  return { destination, message: fragment.subarray(fragmentHeader.bytes) };
}

/** What an ICMP message is to someone who sends echo requests. Reads any bytes; throws on none. */
export function readIcmp(family: Family, message: Uint8Array): IcmpMessage {
  if (message.length < icmpHeaderBytes) return other;
  const [type = 0, code = 0] = message;
  const intact = family === 6 || internetChecksum(message) === 0;
  if (type === echoReplyType[family])
    return { kind: 'reply', identifier: uint16(message, 4), sequence: uint16(message, 6), message, intact };
  const error = icmpErrorKind(family, type, code);
  if (error === null || !intact) return other;
  // A redirect of IPv6 carries the packet in an option; it is advice, and nothing is lost by passing over it.
  const quoted = quotedIcmp(family, message.subarray(icmpHeaderBytes));
  if (!quoted || quoted.message.length < icmpHeaderBytes) return other;
  if (quoted.message[0] !== echoRequestType[family]) return other;
  return {
    kind: 'error',
    error,
    type,
    code,
    mtu: mtuOf(family, type, code, family === 4 ? uint16(message, 6) : uint32(message, 4)),
    request: {
      destination: quoted.destination,
      identifier: uint16(quoted.message, 4),
      sequence: uint16(quoted.message, 6),
      message: quoted.message,
    },
  };
}

/**
 * True when an error's quote is of `request`: everything that was quoted is as it was sent. The checksum is left out,
 * for the kernel wrote that of IPv6; so is what follows the request (RFC 4884 extensions, link padding).
 */
export function quotes(quoted: QuotedRequest, request: Uint8Array): boolean {
  const length = Math.min(quoted.message.length, request.length);
  for (let index = 4; index < length; index += 1) if (quoted.message[index] !== request[index]) return false;
  return true;
}
