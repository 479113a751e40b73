import type { Family } from '../shared/echo.js';
import { ipAddress } from '../shared/ip-address.js';
import { AF_INET, AF_INET6, sockaddrIn, sockaddrIn6 } from './abi.js';

/** An address as the kernel takes it. */
export interface Address {
  readonly family: Family;
  /** 4 or 16 bytes in network order. */
  readonly bytes: Uint8Array;
  /** `sockaddr_in` or `sockaddr_in6`. */
  readonly sockaddr: Buffer;
}

/** Null when the text is no IP address. A zone (`fe80::1%eth0`) goes through `interfaceIndex`; 0 stands for none. */
export function kernelAddress(text: string, interfaceIndex: (name: string) => number): Address | null {
  const address = ipAddress(text);
  if (!address) return null;
  const { family, bytes } = address;
  const layout = family === 4 ? sockaddrIn : sockaddrIn6;
  const sockaddr = Buffer.alloc(layout.bytes);
  sockaddr.writeUInt16LE(family === 4 ? AF_INET : AF_INET6, layout.family);
  sockaddr.set(bytes, layout.address);
  const zone = text.split('%')[1];
  if (zone !== undefined) sockaddr.writeUInt32LE(interfaceIndex(zone), sockaddrIn6.scope);
  return { family, bytes, sockaddr };
}

/** "Any" of a family, with no port: what a socket that has no source address is bound to. */
export function anyAddress(family: Family): Buffer {
  const layout = family === 4 ? sockaddrIn : sockaddrIn6;
  const sockaddr = Buffer.alloc(layout.bytes);
  sockaddr.writeUInt16LE(family === 4 ? AF_INET : AF_INET6, layout.family);
  return sockaddr;
}

/** Do the bytes from `start` say this address? */
export function isFrom(address: Address, bytes: Buffer, start: number): boolean {
  for (let index = 0; index < address.bytes.length; index += 1)
    if (bytes[start + index] !== address.bytes[index]) return false;
  return true;
}
