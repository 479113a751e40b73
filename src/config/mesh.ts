import { pathEnds, pathId } from '../core/path/path.js';
import type { PathId, PopId } from '../core/types.js';
import type { IncludeEntry } from './schema/paths.js';

export interface ChosenPath {
  readonly id: PathId;
  readonly source: PopId;
  readonly destination: PopId;
  /** What asked for it. */
  readonly entry: IncludeEntry;
}

/**
 * The paths from each of the sources: the full mesh, or those of `include`, less those of `exclude`; sorted by id. An
 * entry that names a path goes before one that takes it in with `*`, whatever their order.
 */
export function expandPaths(options: {
  readonly sources: readonly PopId[];
  readonly pops: readonly PopId[];
  readonly include: readonly IncludeEntry[] | undefined;
  readonly exclude: readonly PathId[];
}): ChosenPath[] {
  const { sources, pops, include, exclude } = options;
  const left = new Set(exclude);
  const entries = new Map<PopId, IncludeEntry[]>();
  for (const entry of include ?? []) {
    const source = entry.path.slice(0, entry.path.indexOf('>'));
    entries.set(source, [...(entries.get(source) ?? []), entry]);
  }
  return sources
    .flatMap((source) =>
      pathsFrom(source, pops, include ? (entries.get(source) ?? []) : [{ path: `${source}>*` }]),
    )
    .filter(({ id }) => !left.has(id))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function pathsFrom(source: PopId, pops: readonly PopId[], include: readonly IncludeEntry[]): ChosenPath[] {
  const chosen = new Map<PopId, IncludeEntry>();
  for (const entry of include.filter(({ path }) => path.endsWith('>*'))) {
    for (const pop of pops) if (pop !== source) chosen.set(pop, entry);
  }
  for (const entry of include) {
    const ends = pathEnds(entry.path);
    if (ends !== null) chosen.set(ends.destination, entry);
  }
  return [...chosen].map(([destination, entry]) => ({
    ...{ id: pathId(source, destination), source, destination, entry },
  }));
}

/** Whose paths a daemon's configuration speaks of: its own PoP's; a hub's those of all PoPs. */
export function sourcesOf(options: {
  readonly role: string | undefined;
  readonly agent: PopId | undefined;
  readonly pops: readonly PopId[];
}): readonly PopId[] {
  if (options.role === 'hub') return options.pops;
  return options.agent === undefined ? [] : [options.agent];
}
