import { figuresFromParts, type SummedPart } from '../../core/measurement/figures-from-parts.js';
import { emptySums, type FiguresOf, type MeanSums } from '../../core/measurement/figures.js';
import type { MonthCase } from '../../core/statement/case.js';
import { partsAsked } from '../../core/statement/parts.js';
import type { PathId } from '../../core/types.js';
import type { PathSums, RoundStore } from '../../store/store.js';

export interface StoredFigures {
  readonly rounds: Pick<RoundStore, 'partSums'>;
  /** The case to be judged; its rounds are not looked at. */
  readonly monthCase: Pick<
    MonthCase,
    'month' | 'plan' | 'exclusions' | 'services' | 'commitments' | 'due' | 'ruleSet'
  >;
  /** Cut at every midnight too; by default where the plan judges by the day. */
  readonly byDay?: boolean;
}

/** Asked for together: a few thousand parts, each of a few sums. */
const pathsAtOnce = 150;

/** The figures of every path that the case's services and commitments name, for `judgeMonth` in place of rounds. */
export async function figuresFromStore(from: StoredFigures): Promise<FiguresOf> {
  return figuresFromParts(await sumsFromStore(from));
}

/**
 * What the rounds of every path sum up to, cut as the judgement needs it. The store adds them up, each of its rows
 * once; no row comes into memory.
 */
export async function sumsFromStore({
  rounds,
  monthCase,
  byDay,
}: StoredFigures): Promise<(path: PathId) => readonly SummedPart[]> {
  const { services, commitments } = monthCase;
  const paths = new Set([
    ...services.flatMap((service) => service.paths),
    ...commitments.map(({ path }) => path),
  ]);
  const parts = partsAsked(monthCase, byDay === undefined ? {} : { byDay });
  const summed = new Map<PathId, SummedPart[]>();
  const all = [...paths];
  for (const path of all) summed.set(path, []);
  for (let at = 0; at < all.length; at += pathsAtOnce) {
    const asked = all
      .slice(at, at + pathsAtOnce)
      .flatMap((path) => parts(path).map(({ from, to }) => ({ path, from, to })));
    for (const [index, sums] of (await rounds.partSums(asked)).entries()) {
      const part = asked[index];
      if (!part || sums.roundsHeld === 0) continue;
      const { path, from, to } = part;
      summed.get(path)?.push({ from, to, sums: meanSums(sums) });
    }
  }
  return (path) => {
    const own = summed.get(path);
    if (!own) throw new RangeError(`${path} was not summed up: neither a service nor a commitment names it`);
    return own;
  };
}

/** The store's groups by the denominators that the core adds by. */
export function meanSums({ roundsHeld, roundsWithLatency, latency, loss }: PathSums): MeanSums {
  const sums = emptySums();
  const add = (numerators: Map<number, bigint>, denominator: number, numerator: bigint): void => {
    numerators.set(denominator, (numerators.get(denominator) ?? 0n) + numerator);
  };
  sums.held = roundsHeld;
  sums.latency.count = roundsWithLatency;
  sums.loss.count = roundsHeld;
  // A round's jitter is its mean RTT less the mean of the least ones: the same sums, less those.
  sums.jitter.count = roundsWithLatency;
  for (const { received, sizes, rttSumUs, rttMinSumUs } of latency) {
    add(sums.latency.numerators, received * sizes, rttSumUs);
    add(sums.jitter.numerators, received * sizes, rttSumUs);
    add(sums.jitter.numerators, sizes, -rttMinSumUs);
  }
  for (const { sent, sizes, lost } of loss) add(sums.loss.numerators, sent * sizes, lost);
  return sums;
}
