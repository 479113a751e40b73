import type { EpochMs, PathId } from '../core/types.js';

/** The paths that have a slot at all. */
export const newestOf = (
  rows: readonly { readonly path: PathId; readonly slot: EpochMs | null }[],
): ReadonlyMap<PathId, EpochMs> =>
  new Map(rows.flatMap(({ path, slot }) => (slot === null ? [] : [[path, slot] as const])));
