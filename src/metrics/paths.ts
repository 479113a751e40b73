import { percentile } from '../core/measurement/figures.js';
import {
  countSize,
  type PacketOutcome,
  type Round,
  type SizeCounts,
  type SizeSample,
} from '../core/measurement/round.js';
import { divide, formatHalfUp, ratio, type Rational } from '../core/number.js';
import type { Grade, PathStanding, WindowStanding } from '../core/standing.js';
import type { EpochMs, PathId } from '../core/types.js';
import { type MetricMaker, textFamily, type TextFamily } from './make.js';
import { metricNames, rttBuckets } from './names.js';

type Window = 'round' | '24h' | 'month';

/** The series of a path by window: its latest round, the last 24 hours, the month to date. */
interface WindowSeries {
  /** The latest round's figures; null: there is none any more. What it is worth is told after it. */
  readonly round: (path: PathId, sizes: readonly SizeSample[] | null) => void;
  /** What the latest round is worth. */
  readonly graded: (path: PathId, grade: Grade) => void;
  readonly standing: (path: PathId, standing: PathStanding) => void;
  readonly forget: (path: PathId) => void;
  readonly families: readonly TextFamily[];
}

export function windowSeries(): WindowSeries {
  const latency = windowed(textFamily(metricNames.latency, 'gauge'));
  const loss = windowed(textFamily(metricNames.lossRatio, 'gauge'));
  const excess = windowed(textFamily(metricNames.excess, 'gauge'));
  const latencyBand = windowed(textFamily(metricNames.latencyBand, 'gauge'));
  const lossBand = windowed(textFamily(metricNames.lossBand, 'gauge'));
  const coverage = windowed(textFamily(metricNames.coverage, 'gauge'));
  const commitment = textFamily(metricNames.commitment, 'gauge');
  const missing = textFamily(metricNames.roundsMissing, 'gauge');
  const all = [latency, loss, excess, latencyBand, lossBand, coverage];

  const grade = (path: PathId, window: Window, of: Grade, withExcess: boolean): void => {
    if (withExcess) excess.set(path, window, of.excess && toNumber(of.excess) / 100);
    latencyBand.set(path, window, of.latencyBand && 1, bandLabels(of.latencyBand));
    lossBand.set(path, window, of.lossBand && 1, bandLabels(of.lossBand));
  };
  const show = (path: PathId, window: Window, of: WindowStanding): void => {
    coverage.set(path, window, of.due === 0 ? null : Math.min(1, of.held / of.due));
    grade(path, window, of, window === 'month');
  };

  return {
    families: [...all.map(({ family }) => family), commitment, missing],
    round: (path, sizes) => {
      const means = meansOf((sizes ?? []).map(countSize));
      latency.set(path, 'round', means.latencySeconds);
      loss.set(path, 'round', means.loss);
      for (const family of [excess, latencyBand, lossBand]) family.set(path, 'round', null);
    },
    graded: (path, of) => {
      grade(path, 'round', of, true);
    },
    standing: (path, { plan, commitmentUs, day, month, missing: rounds }) => {
      missing.set(path, rounds === undefined ? [] : [missing.sample({ path }, rounds)]);
      const promised = commitmentUs && toSeconds(commitmentUs);
      commitment.set(path, promised === null ? [] : [commitment.sample({ path, plan }, promised)]);
      latency.set(path, 'month', month.latencyUs && toSeconds(month.latencyUs));
      loss.set(path, 'month', month.loss && toNumber(month.loss));
      show(path, '24h', day);
      show(path, 'month', month);
    },
    forget: (path) => {
      for (const family of all) family.forget(path);
      for (const family of [commitment, missing]) family.set(path, []);
    },
  };
}

const bandLabels = (band: Grade['latencyBand']): Record<string, string | number> =>
  band ? { band: band.id, level: band.level } : {};

/** Means of means, for a person's eye: what decides is computed exactly. Null where nothing was sent or came back. */
function meansOf(sizes: readonly SizeCounts[]): { latencySeconds: number | null; loss: number | null } {
  const mean = (values: readonly number[]): number | null =>
    values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  const answered = sizes.filter(({ received }) => received > 0);
  const sent = sizes.filter((size) => size.sent > 0);
  const latencyUs = mean(answered.map(({ rttSumUs, received }) => rttSumUs / received));
  return {
    latencySeconds: latencyUs === null ? null : latencyUs / 1e6,
    loss: mean(sent.map((size) => (size.sent - size.received) / size.sent)),
  };
}

export const toNumber = (value: Rational): number => Number(formatHalfUp(value, 12));
const toSeconds = (us: Rational): number => toNumber(divide(us, ratio(1_000_000n)));

/** A family with a line for each window of a path; each is set by itself. */
function windowed(family: TextFamily) {
  const lines = new Map<PathId, Map<Window, string>>();
  return {
    family,
    /** Null: no line. */
    set: (
      path: PathId,
      window: Window,
      value: number | null,
      labels: Record<string, string | number> = {},
    ) => {
      const byWindow = lines.get(path) ?? new Map<Window, string>();
      lines.set(path, byWindow);
      if (value === null) byWindow.delete(window);
      else byWindow.set(window, family.sample({ path, window, ...labels }, value));
      family.set(path, [...byWindow.values()]);
    },
    forget: (path: PathId) => {
      lines.delete(path);
      family.set(path, []);
    },
  };
}

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
  /** The sizes of the configuration: their histograms start at 0. */
  setSizes(sizes: readonly number[]): void;
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
  /** Sizes that have a histogram. */
  const seen = new Set<number>();
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
    for (const { bytes, packets: sent } of sizes) {
      seen.add(bytes);
      for (const packet of sent) {
        state.packets[outcomeOf[packet.kind]] += 1;
        if (packet.kind !== 'received') continue;
        rtts.push(packet.rttUs);
        rtt.observe({ size: bytes }, packet.rttUs / 1e6);
      }
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
    setSizes: (sizes) => {
      // Zeroing a histogram that has counted would lose what it has.
      for (const size of sizes) if (!seen.has(size)) rtt.zero({ size });
      for (const size of sizes) seen.add(size);
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
