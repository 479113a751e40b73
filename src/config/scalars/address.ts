import { isIPv4, isIPv6 } from 'node:net';
import { textual, wrong, type Wrong } from './scalar.js';

/** The one way to write it, so that two spellings of an address are found to be the same. */
export function canonicalAddress(address: string): string {
  if (!isIPv6(address)) return address;
  const [bare = address, zone] = address.split('%', 2);
  return new URL(`http://[${bare}]`).hostname.slice(1, -1) + (zone === undefined ? '' : `%${zone}`);
}

export function readIPv4(text: string): string | Wrong {
  if (!isIPv4(text)) return wrong('is not an IPv4 address');
  const first = Number(text.split('.', 1)[0]);
  return first === 0 || first >= 224 ? wrong('is not the address of one host') : text;
}

export function readIPv6(text: string): string | Wrong {
  if (!isIPv6(text)) return wrong('is not an IPv6 address');
  const canonical = canonicalAddress(text);
  return canonical === '::' || canonical.startsWith('ff')
    ? wrong('is not the address of one host')
    : canonical;
}

/** RFC 1123; a last label of digits only would be a mistyped IPv4 address. */
export function readHostName(text: string): string | Wrong {
  const labels = text.replace(/\.$/, '').split('.');
  if (text.length > 253 || !labels.every((label) => /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i.test(label))) {
    return wrong('is not a host name');
  }
  return /^\d+$/.test(labels.at(-1) ?? '') ? wrong('is not a host name') : text;
}

const ipv4Form = 'four numbers from 0 to 255 such as 192.0.2.1, of one host';
const ipv6Form = 'an address such as 2001:db8::1, of one host';

export const ipv4 = () => textual(ipv4Form, readIPv4);
export const ipv6 = () => textual(ipv6Form, readIPv6);
export const ip = () =>
  textual('an IPv4 or IPv6 address', (text) =>
    isIPv4(text) || isIPv6(text) ? canonicalAddress(text) : wrong('is not an IP address'),
  );
export const hostName = () =>
  textual('a DNS name such as pop1.example.net (letters, digits, "-" and "."; IDN as xn--)', readHostName);
