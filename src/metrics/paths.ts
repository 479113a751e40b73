import type { PacketOutcome } from '../core/measurement/packet.js';
import { countSize } from '../core/measurement/counts.js';
import type { Round, SizeSample } from '../core/measurement/round.js';
import type { EpochMs, PathId } from '../core/types.js';
import type { MetricMaker } from './make.js';
import { metricNames, rttBuckets } from './names.js';

const outcomeOf: Readonly<Record<PacketOutcome['kind'], string>> = {
  received: 'received',
  late: 'late',
  lost: 'lost',
  error: 'error',
  'not-sent': 'not_sent',
};

/** The series of the paths: they come with a path, and vanish with it. */
export interface PathSeries {
  /** The paths from now on. */
  setPaths(paths: readonly PathId[]): void;
  /** A round was stored. */
  round(round: Round): void;
  /** A slot has no round: the figures of an earlier one are no longer the latest. */
  missing(path: PathId, slot: EpochMs): void;
}

export function pathSeries(make: MetricMaker): PathSeries {
  const bySize = {
    mean: make.gauge(metricNames.rttMean),
    min: make.gauge(metricNames.rttMin),
    max: make.gauge(metricNames.rttMax),
    loss: make.gauge(metricNames.lossRatio),
  };
  const rtt = make.histogram(metricNames.rtt, rttBuckets);
  const packets = make.counter(metricNames.packets);
  const lastRound = make.gauge(metricNames.lastRound);
  /** The sizes with a series, and the latest slot that is accounted for. */
  const known = new Map<PathId, { readonly sizes: Set<number>; slot: EpochMs }>();

  function clear(path: PathId, sizes: Set<number>): void {
    for (const size of sizes) {
      for (const gauge of Object.values(bySize)) gauge.remove({ path, size });
    }
    sizes.clear();
  }

  function show(path: PathId, sample: SizeSample): void {
    const labels = { path, size: sample.bytes };
    const { sent, received, rttSumUs, rttMinUs, rttMaxUs } = countSize(sample);
    if (sent > 0) bySize.loss.set(labels, (sent - received) / sent);
    if (rttMinUs !== null && rttMaxUs !== null) {
      bySize.mean.set(labels, rttSumUs / received / 1e6);
      bySize.min.set(labels, rttMinUs / 1e6);
      bySize.max.set(labels, rttMaxUs / 1e6);
    }
    for (const packet of sample.packets) {
      packets.inc({ path, outcome: outcomeOf[packet.kind] });
      if (packet.kind === 'received') rtt.observe({ path }, packet.rttUs / 1e6);
    }
  }

  return {
    setPaths: (paths) => {
      const wanted = new Set(paths);
      for (const [path, { sizes }] of known) {
        if (wanted.has(path)) continue;
        clear(path, sizes);
        rtt.remove({ path });
        lastRound.remove({ path });
        for (const outcome of Object.values(outcomeOf)) packets.remove({ path, outcome });
        known.delete(path);
      }
      for (const path of wanted) {
        if (known.has(path)) continue;
        known.set(path, { sizes: new Set(), slot: -Infinity });
        // A counter that starts at 0 shows its first step as an increase.
        rtt.zero({ path });
        for (const outcome of Object.values(outcomeOf)) packets.inc({ path, outcome }, 0);
      }
    },
    round: (round) => {
      const state = known.get(round.path);
      // A removed path's last round comes after its removal; a delayed round, after its successors.
      if (state === undefined || round.slot < state.slot) return;
      state.slot = round.slot;
      clear(round.path, state.sizes);
      if (round.status !== 'ok' && round.status !== 'unscheduled') return;
      for (const sample of round.sizes) {
        show(round.path, sample);
        state.sizes.add(sample.bytes);
      }
      lastRound.set({ path: round.path }, round.endedAt / 1000);
    },
    missing: (path, slot) => {
      const state = known.get(path);
      if (state === undefined || slot <= state.slot) return;
      state.slot = slot;
      clear(path, state.sizes);
    },
  };
}
