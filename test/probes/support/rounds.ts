import type { RoundRequest, RoundResult } from '../../../probes/probe.js';
import { countSize, type SizeCounts } from '../../../src/core/measurement/round.js';

export type RoundKeys = Omit<RoundRequest, 'signal' | 'onProgress'>;

/** A short round of three sizes, unless told. */
export function roundOf(address: string, change: Partial<RoundKeys> = {}): RoundKeys {
  return {
    address,
    sizes: [64, 128, 512].map((bytes) => ({ bytes, icmpBytes: bytes })),
    count: 10,
    intervalMs: 15,
    lostAfterMs: 2000,
    lateWaitMs: 1000,
    ...change,
  };
}

export const countsOf = (result: RoundResult): SizeCounts[] => result.sizes.map(countSize);

/** The kinds of the packets of one size, in order. */
export const kindsOf = (result: RoundResult, size = 0): string[] =>
  (result.sizes[size]?.packets ?? []).map((packet) => packet.kind);

export const silentLog = { debug: () => undefined, info: () => undefined, warn: () => undefined };
