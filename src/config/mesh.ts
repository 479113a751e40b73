import { pathEnds, pathId } from '../core/path/path.js';
import type { PathId, PopId } from '../core/types.js';
import type { IncludeEntry } from './schema/paths.js';

export interface ChosenPath {
  readonly id: PathId;
  readonly destination: PopId;
  /** What asked for it. */
  readonly entry: IncludeEntry;
}

/**
 * The paths from the agent: the full mesh, or those of `include`, less those of `exclude`; sorted by id. An entry that
 * names a path goes before one that takes it in with `*`, whatever their order.
 */
export function expandPaths(options: {
  readonly agent: PopId;
  readonly pops: readonly PopId[];
  readonly include: readonly IncludeEntry[] | undefined;
  readonly exclude: readonly PathId[];
}): ChosenPath[] {
  const { agent, pops, exclude } = options;
  const include = options.include ?? [{ path: `${agent}>*` as const }];
  const chosen = new Map<PopId, IncludeEntry>();
  for (const entry of include.filter(({ path }) => path.endsWith('>*'))) {
    for (const pop of pops) if (pop !== agent) chosen.set(pop, entry);
  }
  for (const entry of include) {
    const ends = pathEnds(entry.path);
    if (ends !== null) chosen.set(ends.destination, entry);
  }
  const left = new Set(exclude);
  return [...chosen]
    .map(([destination, entry]) => ({ id: pathId(agent, destination), destination, entry }))
    .filter(({ id }) => !left.has(id))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
