import type { CommitmentConfig, Config } from '../../config/config.js';
import { parseDecimal } from '../../core/number/decimal.js';
import { multiply, ratio } from '../../core/number/rational.js';
import { pathEnds } from '../../core/path/path.js';
import type { Commitment } from '../../core/statement/case.js';
import type { Interval } from '../../core/time/intervals.js';
import type { EpochMs, PathId } from '../../core/types.js';

/** What each path is promised in the month: by what was in force on its first day, or on the path's own first day. */
export function commitmentsIn(
  config: Pick<Config, 'commitments' | 'pops' | 'paths'>,
  paths: readonly PathId[],
  month: Interval,
): Commitment[] {
  return paths.flatMap((path) => {
    const first = config.paths.find(({ id }) => id === path)?.from ?? null;
    const day = Math.max(month.from, first ?? month.from);
    const inForce = (of: (commitment: CommitmentConfig) => boolean): CommitmentConfig | undefined =>
      config.commitments
        .filter((each) => of(each) && (each.from ?? -Infinity) <= day)
        .sort((a, b) => startOf(a) - startOf(b))
        .at(-1);
    const found =
      inForce(({ scope }) => scope.kind === 'path' && scope.path === path) ??
      inForce(({ scope }) => scope.kind === 'regions' && joins(scope.regions, path, config));
    const latency = found && parseDecimal(found.latencyMs)?.value;
    return latency ? [{ path, latencyUs: multiply(latency, ratio(1000n)) }] : [];
  });
}

const startOf = ({ from }: CommitmentConfig): EpochMs => from ?? -Infinity;

/** Both directions. */
function joins(regions: readonly [string, string], path: PathId, { pops }: Pick<Config, 'pops'>): boolean {
  const ends = pathEnds(path);
  const region = (id: string | undefined): string | null => pops.find((pop) => pop.id === id)?.region ?? null;
  const [a, b] = [region(ends?.source), region(ends?.destination)];
  return (a === regions[0] && b === regions[1]) || (a === regions[1] && b === regions[0]);
}
