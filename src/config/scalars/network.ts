import { isIP } from 'node:net';
import { canonicalAddress } from './address.js';
import { textual, wrong, type Wrong } from './scalar.js';

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. */
export interface Network {
  readonly address: string;
  readonly prefix: number;
}

export const formatNetwork = ({ address, prefix }: Network): string => `${address}/${prefix}`;

export function readNetwork(text: string): Network | Wrong {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0 || address.includes('%')) return wrong('is not a network');
  const most = family === 4 ? 32 : 128;
  if (bits === undefined) return { address: canonicalAddress(address), prefix: most };
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > most) return wrong('has no prefix length that fits it');
  return { address: canonicalAddress(address), prefix: Number(bits) };
}

export const network = () => textual('an address or a network such as 10.1.0.0/16 or fd00::/8', readNetwork);
