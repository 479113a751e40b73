import type { Rational } from '../number/rational.js';
import { contains, type Interval, type IntervalSet } from '../time/intervals.js';
import type { EpochMs, PathId } from '../types.js';
import type { SizeCounts } from './counts.js';
import { addTerm, emptySum, meanOf, type FractionSum } from './mean.js';
import type { RoundStatus } from './round.js';

/** A round in what decides: four integers a size. */
export interface CountedRound {
  readonly path: PathId;
  readonly slot: EpochMs;
  readonly status: RoundStatus;
  readonly sizes: readonly CountedSize[];
}

export interface CountedSize extends Pick<SizeCounts, 'bytes' | 'sent' | 'received' | 'rttSumUs'> {
  /** RTTs of the received packets, where they were kept; they decide nothing. */
  readonly rttsUs?: readonly (number | null)[];
}

/** Only what was measured in order is held; a round with nothing sent is missing. */
export function isHeld(round: CountedRound): boolean {
  return round.status === 'ok' && round.sizes.some((size) => size.sent > 0);
}

/** Means of means over rounds, never weighted by packets (contract 2.1 (2), (3)). */
export interface MeanSums {
  /** Rounds held. */
  held: number;
  /** Microseconds; counts the rounds that have a latency. */
  readonly latency: FractionSum;
  /** Lost over sent; counts the rounds held. */
  readonly loss: FractionSum;
}

export const emptySums = (): MeanSums => ({ held: 0, latency: emptySum(), loss: emptySum() });

/** Adds a held round: each of its sizes weighs the same in it, and it weighs the same as every other round. */
export function addRound(sums: MeanSums, round: CountedRound): void {
  const answered = round.sizes.filter((size) => size.received > 0);
  const sent = round.sizes.filter((size) => size.sent > 0);
  for (const size of answered) addTerm(sums.latency, size.rttSumUs, size.received * answered.length);
  for (const size of sent) addTerm(sums.loss, size.sent - size.received, size.sent * sent.length);
  sums.held += 1;
  if (answered.length > 0) sums.latency.count += 1;
  if (sent.length > 0) sums.loss.count += 1;
}

export interface MeanFigures {
  readonly held: number;
  /** Of those, the rounds with a latency. */
  readonly answered: number;
  /** Microseconds, exact; null when no packet came back. */
  readonly latencyUs: Rational | null;
  /** A share of 1, exact; null when no round is held. */
  readonly loss: Rational | null;
}

/**
 * The figures of a path over the rounds held whose slots are not left out, of the whole month or of a part of it.
 * Rounds in memory are one source (`figuresFromRounds`); sums that a database grouped by denominator are another.
 */
export type FiguresOf = (path: PathId, leftOut: IntervalSet, within?: Interval) => MeanFigures;

export function figuresFromRounds(roundsOf: (path: PathId) => readonly CountedRound[]): FiguresOf {
  return (path, leftOut, within) => {
    const sums = emptySums();
    for (const round of roundsOf(path)) {
      const { slot } = round;
      const inside = within === undefined || (within.from <= slot && slot < within.to);
      if (inside && isHeld(round) && !contains(leftOut, slot)) addRound(sums, round);
    }
    return figuresOf(sums);
  };
}

export function figuresOf(sums: MeanSums): MeanFigures {
  return {
    held: sums.held,
    answered: sums.latency.count,
    latencyUs: meanOf(sums.latency),
    loss: meanOf(sums.loss),
  };
}
