import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import type { Family } from './echo.js';

export interface IpAddress {
  readonly family: Family;
  /** As it was given, the zone included. */
  readonly text: string;
  /** As the system prints it: lower case, shortest form, without a zone. */
  readonly canonical: string;
  /** 4 or 16 bytes, in network order. */
  readonly bytes: Uint8Array;
}

const groups = (text: string): number[] =>
  text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));

function ipv6Bytes(canonical: string): Uint8Array {
  // The last 32 bits may be written the IPv4 way.
  const text = canonical.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, a, b, c, d) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((part) => part.toString(16)).join(':'),
  );
  const [head = '', tail] = text.split('::');
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const all = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

/** Reads an IPv4 or IPv6 address; null when `text` is neither (a host name, say). */
export function ipAddress(text: string): IpAddress | null {
  if (isIPv4(text))
    return { family: 4, text, canonical: text, bytes: Uint8Array.from(text.split('.').map(Number)) };
  if (!isIPv6(text)) return null;
  const canonical = new SocketAddress({ address: text.replace(/%.*$/, ''), family: 'ipv6' }).address;
  return { family: 6, text, canonical, bytes: ipv6Bytes(canonical) };
}

export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** Address bytes in network order as the system prints them. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
}
