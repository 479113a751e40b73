import type { Config, Pop } from '../../config/config.js';
import { pathEnds } from '../../core/path/path.js';
import type { MeshStanding } from '../../core/quality/standing.js';
import { contains } from '../../core/time/intervals.js';
import type { EpochMs, PathId } from '../../core/types.js';
import type { Caller } from '../access/caller.js';

export interface MeshSeen {
  readonly pops: readonly Pop[];
  readonly paths: readonly PathId[];
}

/** The paths that a caller may see at an instant, by id, and the PoPs that they join. */
export function meshSeen(caller: Caller, { pops }: Config, mesh: MeshStanding, now: EpochMs): MeshSeen {
  const own = caller.own();
  if (own === null) return { pops, paths: [...mesh.paths.keys()] };
  const paths = [...own.paths]
    .flatMap(([path, times]) => (mesh.paths.has(path) && contains(times, now) ? [path] : []))
    .sort((a, b) => (a < b ? -1 : 1));
  const ends = new Set(paths.flatMap((path) => Object.values(pathEnds(path) ?? {})));
  return { pops: pops.filter(({ id }) => ends.has(id)), paths };
}
