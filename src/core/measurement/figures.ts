import { add, ratio, type Rational, zero } from '../number.js';
import { contains, type Interval, type IntervalSet } from '../time/intervals.js';
import type { EpochMs, PathId } from '../types.js';
import { countSize, type MissingReason, type Round, type RoundStatus, type SizeCounts } from './round.js';

/**
 * A sum of fractions kept as whole numerators by denominator, so that a month of rounds adds up without a common
 * denominator at every step. This is also the shape a database can sum by: GROUP BY denominator, SUM(numerator).
 */
export interface FractionSum {
  readonly numerators: Map<number, bigint>;
  count: number;
}

const emptySum = (): FractionSum => ({ numerators: new Map(), count: 0 });

/** Adds `numerator`/`denominator` without counting it. */
function addTerm(sum: FractionSum, numerator: number, denominator: number): void {
  sum.numerators.set(denominator, (sum.numerators.get(denominator) ?? 0n) + BigInt(numerator));
}

function totalOf(sum: FractionSum): Rational {
  let total = zero;
  for (const [denominator, numerator] of sum.numerators) {
    total = add(total, ratio(numerator, BigInt(denominator)));
  }
  return total;
}

/** The sum over its count; null for nothing. */
function meanOf(sum: FractionSum): Rational | null {
  if (sum.count === 0) return null;
  const total = totalOf(sum);
  return ratio(total.n, total.d * BigInt(sum.count));
}

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

/** What the rounds of one path sum up to over a part of the month. */
export interface SummedPart extends Interval {
  readonly sums: MeanSums;
}

/**
 * Figures from sums over parts of the month: sums by denominator add up, so any union of whole parts has the figures
 * that its rounds have, exactly. Throws a RangeError when asked for a piece of a part: that can't be told.
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

/** Whether the whole part lies in the set, or nothing of it does. */
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

/** How the round-trip times of a path spread over a month, in whole microseconds. Reported; decides nothing. */
interface Spread {
  readonly packets: number;
  readonly minUs: number;
  readonly p50Us: number;
  readonly p95Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  /** Round-trip packet delay variation after RFC 5481: RTT less the least RTT; here its 99th percentile. */
  readonly pdvP99Us: number;
}

/** The nearest-rank percentile: the least value that at least `percent` in a hundred are not over. */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  const rank = (BigInt(sorted.length) * BigInt(percent) + 99n) / 100n;
  return sorted[Number(rank < 1n ? 1n : rank) - 1] ?? 0;
}

/** Over every received packet of the rounds held among these; null when a size came without its single RTTs, or none came back. */
export function spreadOf(rounds: readonly CountedRound[]): Spread | null {
  const values: number[] = [];
  for (const round of rounds.filter(isHeld)) {
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

/** A round without its packets. */
export interface RoundSummary extends Omit<Round, 'sizes' | 'status'> {
  readonly status: Exclude<RoundStatus, 'missing'>;
  readonly sizes: readonly SizeCounts[];
}

/** A due slot without a round. */
export interface MissingSummary {
  readonly path: PathId;
  readonly slot: EpochMs;
  readonly status: 'missing';
  readonly reason: MissingReason;
}

/** What became of a slot, as it is shown. */
export type SlotSummary = RoundSummary | MissingSummary;

export function summarise(round: Round): RoundSummary {
  return { ...round, sizes: round.sizes.map(countSize) };
}
