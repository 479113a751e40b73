import { pathEnds, pathId } from '../core/path/path.js';
import type { EpochMs, PathId, PopId } from '../core/types.js';

/** Which paths are asked for: `HKG>SIN`, or `HKG>*` for those to every other PoP. */
export interface IncludeEntry {
  readonly path: PathId; // `*` may stand for the destination
  readonly from?: EpochMs | undefined;
  readonly to?: EpochMs | undefined;
}

/**
 * The paths from the agent: the full mesh, or those of `include`, less those of `exclude`; sorted by id. An entry that
 * names a path goes before one that takes it in with `*`, whatever their order.
 */
export function expandPaths<E extends IncludeEntry>(options: {
  readonly agent: PopId;
  readonly pops: readonly PopId[];
  readonly include: readonly (E | IncludeEntry)[] | undefined;
  readonly exclude: readonly PathId[];
}): { readonly id: PathId; readonly destination: PopId; readonly entry: E | IncludeEntry }[] {
  const { agent, pops, exclude } = options;
  const include = options.include ?? [{ path: `${agent}>*` as const }];
  const chosen = new Map<PopId, E | IncludeEntry>();
  for (const entry of include.filter(isPattern)) {
    for (const pop of pops) if (pop !== agent) chosen.set(pop, entry);
  }
  for (const entry of include) {
    const ends = pathEnds(entry.path);
    if (ends !== null) chosen.set(ends.destination, entry);
  }
  return [...chosen]
    .map(([destination, entry]) => ({ id: pathId(agent, destination), destination, entry }))
    .filter(({ id }) => !exclude.includes(id))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

export const isPattern = (entry: IncludeEntry): boolean => entry.path.endsWith('>*');
