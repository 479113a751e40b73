import type { EpochMs, PathId } from '../types.js';

export const suggestedMetrics = ['latency', 'loss'] as const;
export type SuggestedMetric = (typeof suggestedMetrics)[number];

/** A held round by its bands. A round that is missing is none: it is neither worse nor normal. */
export interface BandedRound {
  readonly slot: EpochMs;
  /** The metrics whose band is not the best one. */
  readonly worse: readonly SuggestedMetric[];
}

/** That a path asks for a report: for so many rounds in a row a band was worse than normal. */
export interface Suggestion {
  readonly path: PathId;
  readonly firstSlot: EpochMs;
  readonly lastSlot: EpochMs;
  readonly metrics: readonly SuggestedMetric[];
  readonly raisedAt: EpochMs;
  /** The first round that was normal again; null: it goes on. */
  readonly endedSlot: EpochMs | null;
}

export interface FollowInput {
  readonly path: PathId;
  /** The one that goes on now. */
  readonly open: Suggestion | null;
  /** Held rounds, newest first. */
  readonly rounds: readonly BandedRound[];
  readonly afterRounds: number;
  readonly now: EpochMs;
}

/** The suggestion as it is after the newest round, where that changes something; null: nothing is new. */
export function followSuggestion(input: FollowInput): Suggestion | null {
  const { path, open, rounds, afterRounds, now } = input;
  const newest = rounds[0];
  if (!newest) return null;
  if (open) {
    if (newest.slot <= open.lastSlot) return null;
    if (newest.worse.length === 0) return { ...open, endedSlot: newest.slot };
    return { ...open, lastSlot: newest.slot, metrics: metricsOf([newest.worse, open.metrics]) };
  }
  const normal = rounds.findIndex(({ worse }) => worse.length === 0);
  const run = normal < 0 ? rounds : rounds.slice(0, normal);
  const first = run.at(-1);
  if (!first || run.length < afterRounds) return null;
  const metrics = metricsOf(run.map(({ worse }) => worse));
  return { path, firstSlot: first.slot, lastSlot: newest.slot, metrics, raisedAt: now, endedSlot: null };
}

const metricsOf = (lists: readonly (readonly SuggestedMetric[])[]): SuggestedMetric[] =>
  suggestedMetrics.filter((metric) => lists.some((list) => list.includes(metric)));
