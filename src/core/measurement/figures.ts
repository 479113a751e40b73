import { ratio, type Rational } from '../number.js';
import { contains, type Interval, type IntervalSet } from '../time/intervals.js';
import type { EpochMs, PathId } from '../types.js';
import { countSize, type MissingReason, type Round, type RoundStatus, type SizeCounts } from './round.js';

/**
 * A sum of fractions, stored as one whole numerator for each denominator, so that a month of rounds adds up exactly
 * without finding a common denominator at every step. A database can produce the same shape: GROUP BY denominator,
 * SUM(numerator).
 */
export interface FractionSum {
  readonly numerators: Map<number, bigint>;
  count: number;
}

const emptySum = (): FractionSum => ({ numerators: new Map(), count: 0 });

/** Adds `numerator`/`denominator` to the sum and leaves `count` as it is. */
function addTerm(sum: FractionSum, numerator: number, denominator: number): void {
  sum.numerators.set(denominator, (sum.numerators.get(denominator) ?? 0n) + BigInt(numerator));
}

/** The sum divided by its count, exact; null when the count is 0. Brought to lowest terms once, at the end. */
export function meanOf(sum: FractionSum): Rational | null {
  if (sum.count === 0) return null;
  let n = 0n;
  let d = 1n;
  for (const [denominator, numerator] of sum.numerators) {
    const other = BigInt(denominator);
    n = n * other + numerator * d;
    d *= other;
  }
  return ratio(n, d * BigInt(sum.count));
}

/** The part of a round that decides figures: four integers for each packet size. */
export interface CountedRound {
  readonly path: PathId;
  readonly slot: EpochMs;
  readonly status: RoundStatus;
  readonly sizes: readonly CountedSize[];
}

export interface CountedSize extends Pick<SizeCounts, 'bytes' | 'sent' | 'received' | 'rttSumUs'> {
  /**
   * The smallest RTT of the received packets, microseconds; absent where it is unknown, and then the round has no
   * jitter.
   */
  readonly rttMinUs?: number | null;
  /** RTTs of the received packets, microseconds, where they were stored; used for reported percentiles only. */
  readonly rttsUs?: readonly (number | null)[];
}

/** How a round counts for its month, which follows from its status and the counts of its sizes alone. */
interface RoundWeight {
  /** Only valid rounds count, and a round that sent nothing is missing. */
  readonly isCounted: boolean;
  /** The sizes with a reply: each is one part in so many of the round's latency. */
  readonly sizesWithLatency: number;
  /** The sizes with a packet sent: each is one part in so many of the round's loss. */
  readonly sizesWithLoss: number;
}

/** The one rule of which rounds count. The store keeps its result beside each size (`size.held`). */
export function weightOf({
  status,
  sizes,
}: {
  readonly status: RoundStatus;
  readonly sizes: readonly Pick<SizeCounts, 'sent' | 'received'>[];
}): RoundWeight {
  const sizesWithLoss = sizes.filter(({ sent }) => sent > 0).length;
  return {
    isCounted: status === 'ok' && sizesWithLoss > 0,
    sizesWithLatency: sizes.filter(({ received }) => received > 0).length,
    sizesWithLoss,
  };
}

/** Whether the round counts for its month. */
export const isCounted = (round: CountedRound): boolean => weightOf(round).isCounted;

/** Means over rounds of each round's mean, never weighted by the number of packets (contract 2.1 (2), (3)). */
export interface MeanSums {
  /** The number of rounds that count. */
  held: number;
  /** Microseconds; its count is the rounds that have a latency. */
  readonly latency: FractionSum;
  /** Lost over sent packets; its count is the rounds that count. */
  readonly loss: FractionSum;
  /** Microseconds of delay variation; its count is the rounds that have a jitter. */
  readonly jitter: FractionSum;
}

export const emptySums = (): MeanSums => ({
  held: 0,
  latency: emptySum(),
  loss: emptySum(),
  jitter: emptySum(),
});

/**
 * Adds a round that counts. Each packet size has the same weight within the round, and each round has the same weight.
 */
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
 * Adds a round's packet delay variation (RFC 5481): the RTT of each packet minus the smallest RTT of its size in the
 * round. The mean of those differences equals the mean RTT minus the smallest RTT, so the sum and the minimum suffice.
 * The jitter of a round is the mean over its sizes.
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
  /** The number of those rounds that have a latency. */
  readonly answered: number;
  /** Mean latency in microseconds, exact; null when no packet was answered. */
  readonly latencyUs: Rational | null;
  /** Mean packet loss as a fraction of 1, exact; null when no round counts. */
  readonly loss: Rational | null;
  /** Number of rounds with a jitter, and below it their mean in microseconds, exact; null when no round has one. */
  readonly jittered: number;
  readonly jitterUs: Rational | null;
}

/**
 * Computes the figures of a path over the rounds that count and whose slots are not excluded (`leftOut`), for the whole
 * month or for `within`. The rounds can be in memory (`figuresFromRounds`) or be summed by a database
 * (`figuresFromParts`).
 */
export type FiguresOf = (path: PathId, leftOut: IntervalSet, within?: Interval) => MeanFigures;

export function figuresFromRounds(roundsOf: (path: PathId) => readonly CountedRound[]): FiguresOf {
  const sorted = new Map<PathId, readonly CountedRound[]>();
  const inOrder = (path: PathId): readonly CountedRound[] => {
    const known =
      sorted.get(path) ??
      roundsOf(path)
        .filter(isCounted)
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

/**
 * The index of the first round at or after an instant, by binary search: windows ask for short stretches thousands of
 * times.
 */
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

/** The sums over the rounds of one path in one part of the month. */
export interface SummedPart extends Interval {
  readonly sums: MeanSums;
}

/**
 * Computes figures from sums over parts of the month. Sums by denominator add up, so a union of whole parts has exactly
 * the figures of its rounds. Throws a `RangeError` when a request cuts a part in two, because the sums of a piece of a
 * part are unknown.
 */
export function figuresFromParts(partsOf: (path: PathId) => readonly SummedPart[]): FiguresOf {
  return (path, leftOut, within) => {
    const total = emptySums();
    for (const part of partsOf(path)) {
      const outside = within ? !lies(part, [within]) : false;
      if (lies(part, leftOut) || outside) continue;
      addSums(total, part.sums);
    }
    return figuresOf(total);
  };
}

/** Whether the part lies wholly inside the set (true) or wholly outside it (false); throws when it is cut. */
function lies(part: Interval, set: IntervalSet): boolean {
  if (set.some(({ from, to }) => (part.from < from && from < part.to) || (part.from < to && to < part.to))) {
    throw new RangeError(`the part from ${part.from} to ${part.to} is summed whole and can't be divided`);
  }
  return contains(set, part.from);
}

export function addSums(total: MeanSums, sums: MeanSums): void {
  total.held += sums.held;
  addFractions(total.latency, sums.latency);
  addFractions(total.loss, sums.loss);
  addFractions(total.jitter, sums.jitter);
}

function addFractions(total: FractionSum, { numerators, count }: FractionSum): void {
  total.count += count;
  for (const [denominator, numerator] of numerators) {
    total.numerators.set(denominator, (total.numerators.get(denominator) ?? 0n) + numerator);
  }
}

/**
 * The distribution of a path's round-trip times over a month, in whole microseconds. Reported only; no judgement uses
 * it.
 */
interface Spread {
  readonly packets: number;
  readonly minUs: number;
  readonly p50Us: number;
  readonly p95Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  /** The 99th percentile of round-trip packet delay variation (RFC 5481: RTT minus the smallest RTT), microseconds. */
  readonly pdvP99Us: number;
}

/** The nearest-rank percentile: the smallest value with at least `percent` per cent of the values at or below it. */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  const rank = (BigInt(sorted.length) * BigInt(percent) + 99n) / 100n;
  return sorted[Number(rank < 1n ? 1n : rank) - 1] ?? 0;
}

/**
 * The distribution over every received packet of the rounds that count; null when the RTTs of single packets are not
 * stored for a size, or no packet was answered.
 */
export function spreadOf(rounds: readonly CountedRound[]): Spread | null {
  const values: number[] = [];
  for (const round of rounds.filter(isCounted)) {
    for (const size of round.sizes) {
      if (size.rttsUs === undefined) {
        if (size.received > 0) return null;
        continue;
      }
      for (const rtt of size.rttsUs) if (rtt !== null) values.push(rtt);
    }
  }
  const [first] = values;
  if (first === undefined) return null;
  const sorted = Float64Array.from(values).sort();
  const minUs = sorted[0] ?? first;
  const p99Us = percentile(sorted, 99);
  return {
    packets: sorted.length,
    minUs,
    p50Us: percentile(sorted, 50),
    p95Us: percentile(sorted, 95),
    p99Us,
    maxUs: sorted.at(-1) ?? first,
    pdvP99Us: p99Us - minUs,
  };
}

/** A round without its single packets. */
export interface RoundSummary extends Omit<Round, 'sizes' | 'status'> {
  readonly status: Exclude<RoundStatus, 'missing'>;
  readonly sizes: readonly SizeCounts[];
}

/** A due slot for which no round exists. */
export interface MissingSummary {
  readonly path: PathId;
  readonly slot: EpochMs;
  readonly status: 'missing';
  readonly reason: MissingReason;
}

/** The result of a slot as lists and charts show it. */
export type SlotSummary = RoundSummary | MissingSummary;

export function summarise(round: Round): RoundSummary {
  return { ...round, sizes: round.sizes.map(countSize) };
}
