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
  /** The least RTT of the received packets; left out where it is not known, which leaves the round without a jitter. */
  readonly rttMinUs?: number | null;
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
  /** Microseconds of delay variation; counts the rounds that have one. */
  readonly jitter: FractionSum;
}

export const emptySums = (): MeanSums => ({
  held: 0,
  latency: emptySum(),
  loss: emptySum(),
  jitter: emptySum(),
});

/** Adds a held round: each of its sizes weighs the same in it, and it weighs the same as every other round. */
export function addRound(sums: MeanSums, round: CountedRound): void {
  const answered = round.sizes.filter((size) => size.received > 0);
  const sent = round.sizes.filter((size) => size.sent > 0);
  for (const size of answered) addTerm(sums.latency, size.rttSumUs, size.received * answered.length);
  for (const size of sent) addTerm(sums.loss, size.sent - size.received, size.sent * sent.length);
  sums.held += 1;
  if (answered.length > 0) sums.latency.count += 1;
  addJitter(sums.jitter, answered);
  if (sent.length > 0) sums.loss.count += 1;
}

/**
 * Round-trip packet delay variation (RFC 5481): of each packet its RTT less the least RTT of its size in the round. The
 * mean of those is the mean RTT less the least one, so the sum and the minimum are enough; the jitter of a round is the
 * mean over its sizes.
 */
function addJitter(jitter: FractionSum, answered: readonly CountedSize[]): void {
  const known = answered.flatMap((size) => {
    const leastUs = size.rttMinUs ?? leastOf(size.rttsUs);
    return leastUs === null ? [] : [{ ...size, leastUs }];
  });
  if (known.length === 0 || known.length < answered.length) return;
  for (const { rttSumUs, received, leastUs } of known) {
    addTerm(jitter, rttSumUs, received * known.length);
    addTerm(jitter, -leastUs, known.length);
  }
  jitter.count += 1;
}

function leastOf(rttsUs: CountedSize['rttsUs']): number | null {
  const received = rttsUs?.filter((rtt) => rtt !== null) ?? [];
  return received.length === 0 ? null : received.reduce((least, rtt) => Math.min(least, rtt));
}

export interface MeanFigures {
  readonly held: number;
  /** Of those, the rounds with a latency. */
  readonly answered: number;
  /** Microseconds, exact; null when no packet came back. */
  readonly latencyUs: Rational | null;
  /** A share of 1, exact; null when no round is held. */
  readonly loss: Rational | null;
  /** Rounds with a jitter, and its mean over them in microseconds, exact; null when none has one. */
  readonly jittered: number;
  readonly jitterUs: Rational | null;
}

/**
 * The figures of a path over the rounds held whose slots are not left out, of the whole month or of a part of it.
 * Rounds in memory are one source (`figuresFromRounds`); sums that a database grouped by denominator are another.
 */
export type FiguresOf = (path: PathId, leftOut: IntervalSet, within?: Interval) => MeanFigures;

export function figuresFromRounds(roundsOf: (path: PathId) => readonly CountedRound[]): FiguresOf {
  const sorted = new Map<PathId, readonly CountedRound[]>();
  const inOrder = (path: PathId): readonly CountedRound[] => {
    const known =
      sorted.get(path) ??
      roundsOf(path)
        .filter(isHeld)
        .sort((a, b) => a.slot - b.slot);
    sorted.set(path, known);
    return known;
  };
  return (path, leftOut, within = { from: -Infinity, to: Infinity }) => {
    const sums = emptySums();
    const rounds = inOrder(path);
    for (let index = firstFrom(rounds, within.from); index < rounds.length; index += 1) {
      const round = rounds[index];
      if (!round || round.slot >= within.to) break;
      if (!contains(leftOut, round.slot)) addRound(sums, round);
    }
    return figuresOf(sums);
  };
}

/** The index of the first round from an instant on: windows ask for short stretches of a month, thousands of times. */
function firstFrom(rounds: readonly CountedRound[], from: number): number {
  let [low, high] = [0, rounds.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rounds[middle]?.slot ?? Infinity) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function figuresOf(sums: MeanSums): MeanFigures {
  return {
    held: sums.held,
    answered: sums.latency.count,
    latencyUs: meanOf(sums.latency),
    loss: meanOf(sums.loss),
    jittered: sums.jitter.count,
    jitterUs: meanOf(sums.jitter),
  };
}
