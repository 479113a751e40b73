import type { ExclusionScope } from '../exclusion/exclusion.js';
import type { Interval, IntervalSet } from '../time/intervals.js';

/** What of each kind of thing is somebody's own. */
export interface OwnNames {
  readonly paths: ReadonlySet<string>;
  readonly pops: ReadonlySet<string>;
  readonly lines: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly customers: ReadonlySet<string>;
}

const lists = ['pops', 'paths', 'lines', 'services', 'customers'] as const;

/** When each of them was. */
export type OwnTimes = Readonly<Record<(typeof lists)[number], ReadonlyMap<string, IntervalSet>>>;

/** What a scope names of somebody's own things; of others' nothing. Everything stays everything. */
export function ownScope(scope: ExclusionScope, own: OwnNames): ExclusionScope {
  if (scope === 'all') return scope;
  const part = (list: (typeof lists)[number]) => scope[list].filter((name) => own[list].has(name));
  const pops = scope.pops.filter((pop) => touchesPop(pop, own));
  return {
    ...{ pops, paths: part('paths'), lines: part('lines') },
    services: part('services'),
    customers: part('customers'),
  };
}

/** Whether it names anything of somebody's own, at a time that it was: an id may be another's before and after. */
export function exclusionCovers(
  scope: ExclusionScope,
  intervals: readonly Interval[],
  times: OwnTimes,
): boolean {
  const meets = (set: IntervalSet | undefined): boolean =>
    (set ?? []).some((own) => intervals.some(({ from, to }) => own.from < to && own.to > from));
  if (scope === 'all') return [...times.services.values()].some(meets);
  const ofPop = (pop: string): boolean =>
    [...times.paths].some(([path, set]) => path.split('>').includes(pop) && meets(set));
  return (
    lists.some((list) => scope[list].some((name) => meets(times[list].get(name)))) || scope.pops.some(ofPop)
  );
}

/** A PoP at which its lines or its paths end. */
const touchesPop = (pop: string, own: OwnNames): boolean =>
  own.pops.has(pop) || [...own.paths].some((path) => path.split('>').includes(pop));
