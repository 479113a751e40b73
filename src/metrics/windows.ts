import { countSize, type SizeCounts } from '../core/measurement/counts.js';
import { formatHalfUp } from '../core/number/decimal.js';
import { divide, ratio, type Rational } from '../core/number/rational.js';
import type { Grade, PathStanding, WindowStanding } from '../core/quality/standing.js';
import type { SizeSample } from '../core/measurement/round.js';
import type { PathId } from '../core/types.js';
import { metricNames } from './names.js';
import { textFamily, type TextFamily } from './text-family.js';

type Window = 'round' | '24h' | 'month';

/** The series of a path by window: its latest round, the last 24 hours, the month to date. */
export interface WindowSeries {
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
    families: [...all.map(({ family }) => family), commitment],
    round: (path, sizes) => {
      const means = meansOf((sizes ?? []).map(countSize));
      latency.set(path, 'round', means.latencySeconds);
      loss.set(path, 'round', means.loss);
      for (const family of [excess, latencyBand, lossBand]) family.set(path, 'round', null);
    },
    graded: (path, of) => {
      grade(path, 'round', of, true);
    },
    standing: (path, { plan, commitmentUs, day, month }) => {
      const promised = commitmentUs && toSeconds(commitmentUs);
      commitment.set(path, promised === null ? [] : [commitment.sample({ path, plan }, promised)]);
      latency.set(path, 'month', month.latencyUs && toSeconds(month.latencyUs));
      loss.set(path, 'month', month.loss && toNumber(month.loss));
      show(path, '24h', day);
      show(path, 'month', month);
    },
    forget: (path) => {
      for (const family of all) family.forget(path);
      commitment.set(path, []);
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
      const own = lines.get(path) ?? new Map<Window, string>();
      lines.set(path, own);
      if (value === null) own.delete(window);
      else own.set(window, family.sample({ path, window, ...labels }, value));
      family.set(path, [...own.values()]);
    },
    forget: (path: PathId) => {
      lines.delete(path);
      family.set(path, []);
    },
  };
}
