import type { PacketOutcome, Provenance, Round, SizeSample } from '../../src/core/measurement/round.js';
import type { EpochMs } from '../../src/core/types.js';

export const everyMs = 1_800_000;
export const firstSlot: EpochMs = Date.UTC(2026, 9, 1);
/** The n-th slot from the first one of October 2026, UTC. */
export const slotAt = (n: number): EpochMs => firstSlot + n * everyMs;

export const provenance: Provenance = {
  driver: 'simulated',
  stamps: 'simulated',
  fallbackStamps: 0,
  socketDrops: null,
  sendLagUs: null,
  calibration: null,
};

/** Packets with these RTTs; null is lost. */
export const packets = (...rtts: (number | null)[]): PacketOutcome[] =>
  rtts.map((rttUs) => (rttUs === null ? { kind: 'lost' } : { kind: 'received', rttUs }));

export const sample = (bytes: number, outcomes: readonly PacketOutcome[]): SizeSample => ({
  bytes,
  packets: outcomes,
  duplicates: 0,
  mismatched: 0,
});

export function round(over: Partial<Round> = {}): Round {
  const slot = over.slot ?? firstSlot;
  return {
    path: 'HKG>SIN',
    slot,
    startedAt: slot + 1234,
    endedAt: slot + 101_234,
    status: 'ok',
    reason: null,
    address: '192.0.2.7',
    lostAfterMs: 2000,
    provenance,
    sizes: [
      sample(64, packets(35_001, 35_020, null, 34_998)),
      sample(128, packets(35_101, 35_120, 35_200, 35_098)),
      sample(512, packets(35_301, null, null, 35_298)),
    ],
    ...over,
  };
}
