import { BlockList, isIP } from 'node:net';
import type { Network } from '../../config/scalars/network.js';

/**
 * What no webhook goes to unless it is allowed: this machine, private networks, link-local, carrier-grade NAT,
 * documentation, benchmarks, multicast and what carries another address inside (IANA's special-purpose registries).
 */
const special: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const refused = listOf(special.map(([address, prefix]) => ({ address, prefix })));
/** All global unicast of IPv6; what is not in it is no address of the Internet. */
const globalV6 = listOf([{ address: '2000::', prefix: 3 }]);

function listOf(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const { address, prefix } of networks)
    list.addSubnet(address, prefix, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return list;
}

/** Whether a webhook may go to that address: one of the Internet's, or one that is allowed. */
export function addressRules(allow: readonly Network[]): {
  readonly may: (address: string) => boolean;
  /** Whether it is of the house: then http will do. */
  readonly isAllowedHouse: (address: string) => boolean;
} {
  const allowed = listOf(allow);
  const isAllowedHouse = (address: string): boolean => {
    const bare = unmapped(address);
    return isIP(bare) !== 0 && allowed.check(bare, isIP(bare) === 6 ? 'ipv6' : 'ipv4');
  };
  return {
    isAllowedHouse,
    may(address) {
      const bare = unmapped(address);
      const family = isIP(bare);
      if (family === 0) return false;
      if (isAllowedHouse(bare)) return true;
      if (family === 4) return !refused.check(bare, 'ipv4');
      return globalV6.check(bare, 'ipv6') && !refused.check(bare, 'ipv6');
    },
  };
}

/** `::ffff:127.0.0.1` is `127.0.0.1`, however it is written. */
function unmapped(address: string): string {
  const bare = address.replace(/%.*$/, '');
  if (isIP(bare) !== 6) return bare;
  const canonical = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (!mapped?.[1] || !mapped[2]) return canonical;
  const [high, low] = [Number.parseInt(mapped[1], 16), Number.parseInt(mapped[2], 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
