import type { ExclusionScope } from '../exclusion/exclusion.js';

/** What of each kind of thing is somebody's own. */
export interface OwnNames {
  readonly paths: ReadonlySet<string>;
  readonly pops: ReadonlySet<string>;
  readonly lines: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly customers: ReadonlySet<string>;
}

const lists = ['pops', 'paths', 'lines', 'services', 'customers'] as const;

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

/** Whether it names anything of somebody's own. */
export function exclusionCovers(scope: ExclusionScope, own: OwnNames): boolean {
  const mine = ownScope(scope, own);
  return mine === 'all' || lists.some((list) => mine[list].length > 0);
}

/** A PoP at which its lines or its paths end. */
const touchesPop = (pop: string, own: OwnNames): boolean =>
  own.pops.has(pop) || [...own.paths].some((path) => path.split('>').includes(pop));
