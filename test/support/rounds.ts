import type { PacketOutcome, Round, SizeCounts, SizeSample } from '../../src/core/measurement/round.js';
import type { RoundSummary } from '../../src/core/measurement/figures.js';

/** A slot to start from. */
export const slot = Date.UTC(2026, 9, 11);

/** One size with the given RTTs received, in microseconds, and more outcomes after them. */
export function size(
  bytes: number,
  rtts: readonly number[],
  more: readonly PacketOutcome[] = [],
): SizeSample {
  return {
    bytes,
    packets: [...rtts.map((rttUs): PacketOutcome => ({ kind: 'received', rttUs })), ...more],
    duplicates: 0,
    mismatched: 0,
  };
}

/** A round of LAB1>LAB2 that went well; the given parts replace its own. */
export function round(parts: Partial<Round> = {}): Round {
  const at = parts.slot ?? slot;
  return {
    path: 'LAB1>LAB2',
    slot: at,
    startedAt: at + 120,
    endedAt: at + 5_120,
    status: 'ok',
    reason: null,
    address: '127.0.0.12',
    lostAfterMs: 2_000,
    provenance: {
      driver: 'simulated',
      stamps: 'simulated',
      fallbackStamps: 0,
      socketDrops: 0,
      sendLagUs: 12,
      calibration: null,
    },
    sizes: [64, 128, 512].map((bytes) => size(bytes, [20_000, 20_500, 21_001])),
    ...parts,
  };
}

/** The counts of a size of 100 packets, all received; the given parts replace its own. */
export function counts(bytes: number, parts: Partial<SizeCounts> = {}): SizeCounts {
  return {
    bytes,
    sent: 100,
    received: 100,
    late: 0,
    errors: 0,
    notSent: 0,
    duplicates: 0,
    mismatched: 0,
    rttSumUs: 3_503_049,
    rttMinUs: 34_001,
    rttMaxUs: 41_730,
    ...parts,
  };
}

export function summary(parts: Partial<RoundSummary> = {}): RoundSummary {
  return { ...round(), sizes: [64, 128, 512].map((bytes) => counts(bytes)), ...(parts as object) };
}

/** One size with exactly these packets. */
export const sample = (bytes: number, packets: readonly PacketOutcome[]): SizeSample =>
  size(bytes, [], packets);

export const received = (rttUs: number): PacketOutcome => ({ kind: 'received', rttUs });
