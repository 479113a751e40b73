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
  { path: only, from: first, to, after, limit }: RoundQuery,
): Promise<SlotSummary[]> {
  const paths = [...own].filter(([path]) => only === undefined || only === path);
  const from = Math.max(
    first ?? -Infinity,
    Math.min(...paths.flatMap(([, times]) => times.map((t) => t.from))),
  );
  const end = Math.min(to ?? Infinity, (after?.slot ?? Infinity) + 1);
  const found: SlotSummary[] = [];
  let until = Number.isFinite(end) ? end : await endOf(store, paths);
  for (
    let width = everyMs * Math.ceil(limit / paths.length);
    found.length < limit && from < until;
    width *= 4
  ) {
    const stretch = { from: Math.max(from, until - width), to: until };
    for (const [path, times] of paths) {
      for (const time of clip(times, stretch)) {
        found.push(...(await store.list({ path, ...time, limit, ...(after && { after }) })));
      }
    }
    until = stretch.from;
  }
  return found
    .sort((a, b) => b.slot - a.slot || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    .slice(0, limit);
}

/** Behind the newest that there is of any of them. */
async function endOf(
  store: Pick<RoundStore, 'list'>,
  paths: readonly (readonly [PathId, IntervalSet])[],
): Promise<EpochMs> {
  let end = -Infinity;
  for (const [path] of paths) {
    const [newest] = await store.list({ path, limit: 1 });
    end = Math.max(end, (newest?.slot ?? -Infinity) + 1);
  }
  return end;
}
