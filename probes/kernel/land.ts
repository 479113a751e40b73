import type { SizeSample, StampSource } from '../../src/core/measurement/round.js';
import type { RoundResult } from '../probe.js';
import { outcomeOf } from '../shared/packet-record.js';
import { dropsBetween } from '../shared/socket-drops.js';
import type { Flight } from './flight.js';
import { recordOf } from './packets.js';
import type { RttSource } from './rtt.js';

/** Ends the round at `nowNs`: what became of every packet, and how it was measured. */
export function land(
  flight: Flight,
  nowNs: number,
  ended: 'completed' | 'aborted',
  reason: string | null,
): RoundResult {
  const { plan, packets, taken } = flight;
  const sizes: SizeSample[] = flight.request.sizes.map((size, stream) => ({
    bytes: size.bytes,
    duplicates: flight.duplicates[stream] ?? 0,
    mismatched: flight.mismatched[stream] ?? 0,
    packets: Array.from({ length: flight.request.count }, (_, index) =>
      outcomeOf(recordOf(packets, index * plan.streams + stream), flight.lostAfterNs, nowNs - flight.startNs),
    ),
  }));
  const stamps = bestSource(taken);
  const all = taken['kernel-tx-rx'] + taken['kernel-rx'] + taken.user;
  return {
    ended,
    reason,
    sizes,
    icmpErrors: flight.icmpErrors.counts(),
    provenance: {
      stamps,
      fallbackStamps: all - taken[stamps],
      socketDrops: dropsOf(flight),
      sendLagUs: Math.ceil(flight.lagNs / 1000),
    },
  };
}

/** The best source that gave any figure; that of the kind when there is none. */
function bestSource(taken: Flight['taken']): RttSource & StampSource {
  if (taken['kernel-tx-rx'] > 0) return 'kernel-tx-rx';
  if (taken['kernel-rx'] > 0) return 'kernel-rx';
  return taken.user > 0 ? 'user' : 'kernel-tx-rx';
}

function dropsOf(flight: Flight): number | null {
  let sum = 0;
  for (const [wire, before] of flight.dropsBefore) {
    const drops = dropsBetween(before, wire.drops());
    if (drops === null) return null;
    sum += drops;
  }
  return sum;
}
