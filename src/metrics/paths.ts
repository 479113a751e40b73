import { countSize } from '../core/measurement/counts.js';
import type { PacketOutcome } from '../core/measurement/packet.js';
import type { Round, SizeSample } from '../core/measurement/round.js';
import { percentile } from '../core/measurement/spread.js';
import type { EpochMs, PathId } from '../core/types.js';
import type { MetricMaker } from './make.js';
import { metricNames, rttBuckets } from './names.js';
import { textFamily, type TextFamily } from './text-family.js';
import type { WindowSeries } from './windows.js';

const outcomes = ['received', 'late', 'lost', 'error', 'not_sent'] as const;
type Outcome = (typeof outcomes)[number];
const outcomeOf: Readonly<Record<PacketOutcome['kind'], Outcome>> = {
  received: 'received',
  late: 'late',
  lost: 'lost',
  error: 'error',
  'not-sent': 'not_sent',
};

/** The series of the paths that rounds give: they come with a path, and vanish with it. */
export interface PathSeries {
  /** The paths from now on. */
  setPaths(paths: readonly PathId[]): void;
  /** A round was measured. Its figures are gone when the round of a later slot is missing or gave none. */
  round(round: Round): void;
  /** A slot has no round: the figures of an earlier one are no longer the latest. */
  missing(path: PathId, slot: EpochMs): void;
  setPerSize(on: boolean): void;
  has(path: PathId): boolean;
  readonly families: readonly TextFamily[];
}

interface PathState {
  /** The latest slot that is accounted for. */
  slot: EpochMs;
  readonly packets: Record<Outcome, number>;
}

export function pathSeries(make: MetricMaker, windows: WindowSeries): PathSeries {
  const byPath = {
    min: textFamily(metricNames.rttMin, 'gauge'),
    median: textFamily(metricNames.rttMedian, 'gauge'),
    max: textFamily(metricNames.rttMax, 'gauge'),
  };
  const packets = textFamily(metricNames.packets, 'counter');
  const lastRound = textFamily(metricNames.lastRound, 'gauge');
  const bySize = {
    rtt: textFamily(metricNames.sizeRtt, 'gauge'),
    loss: textFamily(metricNames.sizeLoss, 'gauge'),
  };
  const rtt = make.histogram(metricNames.rtt, rttBuckets);
  const known = new Map<PathId, PathState>();
  let perSize = false;

  const clear = (path: PathId): void => {
    for (const family of [...Object.values(byPath), ...Object.values(bySize)]) family.set(path, []);
    windows.round(path, null);
  };

  const showPackets = (path: PathId, state: PathState): void => {
    packets.set(
      path,
      outcomes.map((outcome) => packets.sample({ path, outcome }, state.packets[outcome])),
    );
  };

  const show = (path: PathId, state: PathState, sizes: readonly SizeSample[]): void => {
    const rtts: number[] = [];
    for (const { bytes, packets: sent } of sizes)
      for (const packet of sent) {
        state.packets[outcomeOf[packet.kind]] += 1;
        if (packet.kind !== 'received') continue;
        rtts.push(packet.rttUs);
        rtt.observe({ size: bytes }, packet.rttUs / 1e6);
      }
    showPackets(path, state);
    if (rtts.length > 0) {
      const sorted = Float64Array.from(rtts).sort();
      const set = (family: TextFamily, us: number): void => {
        family.set(path, [family.sample({ path }, us / 1e6)]);
      };
      set(byPath.min, percentile(sorted, 0));
      set(byPath.median, percentile(sorted, 50));
      set(byPath.max, percentile(sorted, 100));
    }
    windows.round(path, sizes);
    if (!perSize) return;
    const counted = sizes.map(countSize);
    const sizesWith = (some: (size: (typeof counted)[number]) => boolean) => counted.filter(some);
    bySize.rtt.set(
      path,
      sizesWith(({ received }) => received > 0).map(({ bytes, rttSumUs, received }) =>
        bySize.rtt.sample({ path, size: bytes }, rttSumUs / received / 1e6),
      ),
    );
    bySize.loss.set(
      path,
      sizesWith(({ sent }) => sent > 0).map(({ bytes, sent, received }) =>
        bySize.loss.sample({ path, size: bytes }, (sent - received) / sent),
      ),
    );
  };

  return {
    families: [...windows.families, ...Object.values(byPath), packets, lastRound, ...Object.values(bySize)],
    has: (path) => known.has(path),
    setPerSize: (on) => {
      perSize = on;
      if (on) return;
      for (const path of known.keys()) for (const family of Object.values(bySize)) family.set(path, []);
    },
    setPaths: (paths) => {
      const wanted = new Set(paths);
      for (const path of known.keys()) {
        if (wanted.has(path)) continue;
        clear(path);
        windows.forget(path);
        packets.set(path, []);
        lastRound.set(path, []);
        known.delete(path);
      }
      for (const path of wanted) {
        if (known.has(path)) continue;
        const state = { slot: -Infinity, packets: { received: 0, late: 0, lost: 0, error: 0, not_sent: 0 } };
        known.set(path, state);
        // A counter that starts at 0 shows its first step as an increase.
        showPackets(path, state);
      }
    },
    round: (round) => {
      const { path, slot, status, endedAt, sizes } = round;
      const state = known.get(path);
      // A removed path's last round comes after its removal; a delayed round, after its successors.
      if (state === undefined || slot < state.slot) return;
      state.slot = slot;
      clear(path);
      if (status !== 'ok' && status !== 'unscheduled') return;
      show(path, state, sizes);
      lastRound.set(path, [lastRound.sample({ path }, endedAt / 1000)]);
    },
    missing: (path, slot) => {
      const state = known.get(path);
      if (state === undefined || slot <= state.slot) return;
      state.slot = slot;
      clear(path);
    },
  };
}
