import { pathEnds } from '../../core/path/path.js';
import type { Fault, KeyPath } from '../problem.js';
import { formatInstant } from '../scalars/instant.js';
import { didYouMean } from '../suggest.js';
import { listed, popIdsOf, type Draft, type IsFaulty } from './draft.js';

/** Each commitment is for one path or one pair of regions that exist, and one only holds from a date. */
export function checkCommitments(draft: Draft, isFaulty: IsFaulty): Fault[] {
  const faults: Fault[] = [];
  const seen = new Map<string, number>();
  for (const [index, commitment] of (draft.commitments ?? []).entries()) {
    if (commitment === undefined) continue;
    const at = ['commitments', index];
    const { path, regions, from } = commitment;
    if (isFaulty([...at, 'path']) || isFaulty([...at, 'regions'])) continue;
    if ((path === undefined) === (regions === undefined)) {
      const what = path === undefined ? 'is for nothing' : 'has a path and a pair of regions';
      faults.push({ at, what, allowed: 'either path or regions' });
      continue;
    }
    if (path !== undefined) faults.push(...checkPath(draft, path, [...at, 'path']));
    if (regions !== undefined) faults.push(...checkRegions(draft, regions, [...at, 'regions']));
    if (isFaulty([...at, 'from'])) continue;
    const scope = path ?? JSON.stringify([...(regions ?? [])].sort());
    const key = `${scope} ${String(from)}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    else {
      const since = from === undefined ? 'without a date' : `from ${formatInstant(from)}`;
      faults.push({
        at: [...at, path === undefined ? 'regions' : 'path'],
        what: `has a commitment ${since} in commitments[${first}] already`,
        allowed: 'one commitment for a path or a pair of regions from one date',
      });
    }
  }
  return faults;
}

function checkPath(draft: Draft, path: string, at: KeyPath): Fault[] {
  const ids = popIdsOf(draft);
  const ends = pathEnds(path);
  if (draft.pops === undefined || ends === null) return [];
  return [ends.source, ends.destination]
    .filter((end) => !ids.includes(end))
    .map((end) => ({
      at,
      what: `names an unknown PoP, ${JSON.stringify(end)}${didYouMean(end, ids)}`,
      allowed: listed(ids),
    }));
}

function checkRegions(draft: Draft, regions: readonly (string | undefined)[], at: KeyPath): Fault[] {
  const known = [...new Set((draft.pops ?? []).flatMap((pop) => pop?.region ?? []))];
  if (draft.pops === undefined) return [];
  return regions.flatMap((region) => {
    if (region === undefined || known.includes(region)) return [];
    const what = `names an unknown region, ${JSON.stringify(region)}${didYouMean(region, known)}`;
    return [{ at, what, allowed: listed(known) || 'a region of the PoPs, and they have none' }];
  });
}
