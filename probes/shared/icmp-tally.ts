import { networkInterfaces } from 'node:os';
import type { IcmpErrorCount } from '../../src/core/measurement/round.js';
import type { Family } from './echo.js';
import { icmpErrorKind } from './icmp-errors.js';

/** One ICMP error message that quoted a packet of ours. */
interface IcmpErrorSeen {
  /** The size that the packet is of. */
  readonly bytes: number;
  readonly family: Family;
  readonly type: number;
  readonly code: number;
  readonly from: string | null;
  readonly mtu: number | null;
}

/** The ICMP errors that came for one round, counted by what they are and who sent them. */
export interface IcmpTally {
  add(seen: IcmpErrorSeen): void;
  /** By size, then by who sent them; a stable order, so that the same errors give the same rows. */
  counts(): IcmpErrorCount[];
}

/** Who floods us with forged errors must not fill the memory. */
const maxKinds = 64;

export function icmpTally(): IcmpTally {
  const kinds = new Map<string, { -readonly [Key in keyof IcmpErrorCount]: IcmpErrorCount[Key] }>();
  return {
    add({ bytes, family, type, code, from, mtu }) {
      const key = `${bytes} ${type} ${code} ${from ?? ''} ${mtu ?? ''}`;
      const known = kinds.get(key);
      if (known) known.count += 1;
      else if (kinds.size < maxKinds) {
        const error = icmpErrorKind(family, type, code) ?? 'other';
        kinds.set(key, { bytes, error, type, code, from, mtu, count: 1 });
      }
    },
    counts: () =>
      [...kinds.values()].sort(
        (a, b) =>
          a.bytes - b.bytes ||
          (a.from ?? '').localeCompare(b.from ?? '', 'en') ||
          a.type - b.type ||
          a.code - b.code ||
          (a.mtu ?? 0) - (b.mtu ?? 0),
      ),
  };
}

/** Of a "packet too big" the MTU that it names: 0 where an old router names none. */
export function mtuOf(family: Family, type: number, code: number, info: number): number | null {
  const isTooBig = family === 4 ? type === 3 && code === 4 : type === 2;
  return isTooBig && info > 0 ? info : null;
}

/**
 * Whether an address is this machine's: an ICMP error from it was made by the own system, whose neighbour did not
 * answer. Asked once a second at the most.
 */
export function ownAddresses(nowMs: () => number = () => performance.now()): (address: string) => boolean {
  let known = new Set<string>();
  let readAt = -Infinity;
  return (address) => {
    if (nowMs() - readAt > 1_000) {
      readAt = nowMs();
      known = new Set(
        Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map((one) => one.address)),
      );
    }
    return known.has(address);
  };
}
