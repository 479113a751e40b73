import { isIPv6 } from 'node:net';

/** What the whole server and the light one limit requests by, alike. */
export const rateWindowMs = 60_000;
/** So many askers are counted at a time. */
export const mostAskers = 10_000;

/** Health is asked as often as one likes. */
export const isUnlimited = (url: string | undefined): boolean => url === '/healthz' || url === '/readyz';

export const tooManyRequests = (perMinute: number): string =>
  `more than ${perMinute} requests in a minute; allowed: another one after a while`;

/**
 * Whom an address belongs to, where each gets so many tries: of IPv6 a customer of any provider has the last 64 bits to
 * itself, and could come from another address each time. `::ffff:192.0.2.1` is `192.0.2.1`.
 */
export function networkOf(address: string): string {
  const bare = address.replace(/%.*$/, '').toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(bare)) return bare;
  const [head = '', tail] = bare.split('::');
  const [first, last] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':'))) as [
    string[],
    string[],
  ];
  const gap = tail === undefined ? 0 : 8 - first.length - last.length;
  const groups = [...first, ...Array.from({ length: gap }, () => '0'), ...last];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

interface Asked {
  count: number;
  readonly endsAtMs: number;
}

interface RateAnswer {
  readonly allowed: boolean;
  readonly remaining: number;
  /** Until the caller's minute is over. */
  readonly waitMs: number;
}

/** Counts requests of each network in windows of a minute, which begin with the first of its requests. */
export function countRate(
  perMinute: number,
  nowMs: () => number = () => performance.now(),
): (address: string) => RateAnswer {
  const askers = new Map<string, Asked>();
  return (address) => {
    const [key, now] = [networkOf(address), nowMs()];
    let asked = askers.get(key);
    if (asked === undefined || asked.endsAtMs <= now) {
      asked = { count: 0, endsAtMs: now + rateWindowMs };
      askers.delete(key);
      askers.set(key, asked);
      const [oldest] = askers.keys();
      if (askers.size > mostAskers && oldest !== undefined) askers.delete(oldest);
    }
    asked.count += 1;
    return {
      allowed: asked.count <= perMinute,
      remaining: Math.max(0, perMinute - asked.count),
      waitMs: asked.endsAtMs - now,
    };
  };
}
