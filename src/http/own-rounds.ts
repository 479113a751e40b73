import type { SlotSummary } from '../core/measurement/summary.js';
import { clip, type IntervalSet } from '../core/time/intervals.js';
import type { EpochMs, PathId } from '../core/types.js';
import type { RoundQuery, RoundStore } from '../store/store.js';

export interface OwnRounds {
  readonly store: Pick<RoundStore, 'list'>;
  /** The paths, each with the times at which it is theirs. */
  readonly own: ReadonlyMap<PathId, IntervalSet>;
  /** How often a path is measured: what a page reaches back to is guessed by it. */
  readonly everyMs: number;
}

/**
 * Newest first, of those paths alone, each within its times. Stretch by stretch, back from the newest: to ask each of a
 * hundred paths for a whole page would read a hundred pages for one.
 */
export async function listOwn(
  { store, own, everyMs }: OwnRounds,
  { path: only, from: asked, to, after, limit }: RoundQuery,
): Promise<SlotSummary[]> {
  const paths = [...own].filter(([path]) => only === undefined || only === path);
  const from = Math.max(
    asked ?? -Infinity,
    Math.min(...paths.flatMap(([, times]) => times.map((t) => t.from))),
  );
  const end = Math.min(to ?? Infinity, (after?.slot ?? Infinity) + 1);
  const found: SlotSummary[] = [];
  let until = end;
  let back = Number.isFinite(end) ? end : await someEnd(store, paths);
  for (
    let width = everyMs * Math.ceil(limit / paths.length);
    found.length < limit && from < until;
    width *= 4
  ) {
    back -= width;
    const stretch = { from: Math.max(from, back), to: until };
    for (const [path, times] of paths) {
      for (const { from: first, to: last } of clip(times, stretch)) {
        const within = { path, from: first, ...(Number.isFinite(last) && { to: last }) };
        found.push(...(await store.list({ ...within, limit, ...(after && { after }) })));
      }
    }
    until = stretch.from;
  }
  return found
    .sort((a, b) => b.slot - a.slot || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    .slice(0, limit);
}

/** The newest slot of the first that has any, of those that are theirs longest: what others have behind it comes too. */
async function someEnd(
  store: Pick<RoundStore, 'list'>,
  paths: readonly (readonly [PathId, IntervalSet])[],
): Promise<EpochMs> {
  const ends = ([, times]: (typeof paths)[number]): number => times.at(-1)?.to ?? -Infinity;
  for (const [path] of paths.toSorted((a, b) => (ends(b) > ends(a) ? 1 : ends(b) < ends(a) ? -1 : 0))) {
    const [newest] = await store.list({ path, limit: 1 });
    if (newest) return newest.slot + 1;
  }
  return -Infinity;
}
