import type { CommitmentConfig, Config } from '../../config/config.js';
import { parseDecimal } from '../../core/number/decimal.js';
import { multiply, ratio } from '../../core/number/rational.js';
import type { PlanVersion } from '../../core/plan/plan.js';
import { pathEnds } from '../../core/path/path.js';
import type { Commitment } from '../../core/statement/case.js';
import type { Interval } from '../../core/time/intervals.js';
import type { EpochMs, PathId, PopId } from '../../core/types.js';

/**
 * What each path is promised in the month: by what was in force on its first day, or on the path's own first day; where
 * nothing was, by the class of traffic that the plan has its probes in.
 */
export function commitmentsIn(
  config: Pick<Config, 'commitments' | 'pops' | 'paths'>,
  paths: readonly PathId[],
  month: Interval,
  { trafficClasses }: Pick<PlanVersion, 'trafficClasses'>,
): Commitment[] {
  const dscpOf = new Map(config.paths.map(({ id, probe }) => [id, probe?.dscp]));
  const firstOf = new Map(config.paths.map(({ id, from }) => [id, from]));
  const regionOf = new Map(config.pops.map(({ id, region }) => [id, region]));
  const ofPath = new Map<PathId, CommitmentConfig[]>();
  const ofRegions: CommitmentConfig[] = [];
  for (const each of config.commitments) {
    if (each.scope.kind === 'regions') ofRegions.push(each);
    else ofPath.set(each.scope.path, [...(ofPath.get(each.scope.path) ?? []), each]);
  }
  return paths.flatMap((path) => {
    const first = firstOf.get(path) ?? null;
    const day = Math.max(month.from, first ?? month.from);
    const inForce = (given: readonly CommitmentConfig[]): CommitmentConfig | undefined =>
      given
        .filter((each) => (each.from ?? -Infinity) <= day)
        .sort((a, b) => startOf(a) - startOf(b))
        .at(-1);
    const found =
      inForce(ofPath.get(path) ?? []) ??
      inForce(ofRegions.filter(({ scope }) => joins(scope, path, regionOf)));
    const latency = found && parseDecimal(found.latencyMs)?.value;
    if (latency) return [{ path, latencyUs: multiply(latency, ratio(1000n)) }];
    const dscp = dscpOf.get(path);
    const traffic = dscp === undefined ? undefined : trafficClasses.find((each) => each.dscp.includes(dscp));
    return traffic?.latencyUs ? [{ path, latencyUs: traffic.latencyUs }] : [];
  });
}

const startOf = ({ from }: CommitmentConfig): EpochMs => from ?? -Infinity;

/** Both directions. */
function joins(
  scope: CommitmentConfig['scope'],
  path: PathId,
  regionOf: ReadonlyMap<PopId, string | null>,
): boolean {
  if (scope.kind !== 'regions') return false;
  const { regions } = scope;
  const ends = pathEnds(path);
  const region = (id: PopId | undefined): string | null =>
    (id === undefined ? null : regionOf.get(id)) ?? null;
  const [a, b] = [region(ends?.source), region(ends?.destination)];
  return (a === regions[0] && b === regions[1]) || (a === regions[1] && b === regions[0]);
}
