import { compare, parseDecimal } from '../../core/number.js';
import type { Part, PathPart, StatementDocument } from '../../core/statement/document.js';
import { metOfAll, observedPercent } from './observed.js';

/** A band by its place in the plan: 0 is the best. */
interface PlacedBand {
  readonly id: string;
  readonly level: number;
}

/** What a list of statements shows of each: its availability, and the worst bands of its paths. */
export interface StatementFigures {
  readonly availabilityPercent: string;
  /** Absent under the first rule set. */
  readonly availabilityLowerBoundPercent: string | null;
  readonly observedPercent: string;
  readonly commitmentPercent: string;
  /** Null: too much unobserved time leaves it undecided. */
  readonly met: boolean | null;
  readonly latencyBand: PlacedBand | null;
  readonly lossBand: PlacedBand | null;
}

/** Of several parts, those of the one with the lowest availability. */
export function figuresOfStatement({ parts, paths }: StatementDocument): StatementFigures | null {
  const worst = lowestPart(parts);
  if (!worst) return null;
  return {
    availabilityPercent: worst.availabilityPercent,
    availabilityLowerBoundPercent: worst.availabilityLowerBoundPercent ?? null,
    observedPercent: observedPercent(worst),
    commitmentPercent: worst.commitmentPercent,
    met: metOfAll(parts),
    latencyBand: worstLatency(paths)?.band ?? null,
    lossBand: worstLoss(paths)?.band ?? null,
  };
}

/** The part with the lowest availability. */
export const lowestPart = (parts: readonly Part[]): Part | undefined =>
  [...parts].sort((a, b) => byDecimal(a.availabilityPercent, b.availabilityPercent))[0];

/** A path with the band that its figure falls in. */
export interface WorstPath {
  readonly path: PathPart;
  readonly band: PlacedBand;
}

/** The path in the worst latency band, and of those the one furthest over its commitment; null: none has a band. */
export const worstLatency = (paths: readonly PathPart[]): WorstPath | null =>
  worstOf(
    paths,
    ({ latencyBand, latencyBands }) => [latencyBand, latencyBands],
    (a, b) => byDecimal(a.excessPercent, b.excessPercent),
  );

/** The path in the worst loss band, and of those the one with the largest loss; null: none has a band. */
export const worstLoss = (paths: readonly PathPart[]): WorstPath | null =>
  worstOf(
    paths,
    ({ lossBand, lossBands }) => [lossBand, lossBands],
    (a, b) => (a.lossPpm ?? 0) - (b.lossPpm ?? 0),
  );

function worstOf(
  paths: readonly PathPart[],
  bandOf: (path: PathPart) => readonly [string | null, readonly { readonly id: string }[]],
  byFigure: (one: PathPart, other: PathPart) => number,
): WorstPath | null {
  let worst: WorstPath | null = null;
  for (const path of paths) {
    const [id, bands] = bandOf(path);
    if (id === null) continue;
    const place = bands.findIndex((band) => band.id === id);
    const level = place < 0 ? bands.length : place;
    const isWorse =
      worst === null ||
      level > worst.band.level ||
      (level === worst.band.level && byFigure(path, worst.path) > 0);
    if (isWorse) worst = { path, band: { id, level } };
  }
  return worst;
}

function byDecimal(one: string | null, other: string | null): number {
  const [a, b] = [one, other].map((text) => (text === null ? undefined : parseDecimal(text)?.value));
  return a && b ? compare(a, b) : 0;
}
