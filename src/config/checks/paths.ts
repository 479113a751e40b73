import { expandPaths, sourcesOf, type ChosenPath } from '../mesh.js';
import type { Fault, KeyPath } from '../problem.js';
import { formatInstant } from '../scalars/instant.js';
import { didYouMean } from '../suggest.js';
import { listed, popIdsOf, type Draft, type IsFaulty } from './draft.js';

/** Paths lead from this agent to a known PoP, once, and end after they begin. */
export function checkPaths(draft: Draft, isFaulty: IsFaulty): Fault[] {
  const faults: Fault[] = [];
  const seen = new Map<string, string>();
  for (const [index, entry] of (draft.paths?.include ?? []).entries()) {
    const at = ['paths', 'include', index];
    if (entry?.path !== undefined) {
      faults.push(...checkEnds(draft, entry.path, [...at, 'path']));
      faults.push(...checkOnce(seen, entry.path, [...at, 'path'], `paths.include[${index}]`));
    }
    faults.push(...checkOrder(entry?.from, entry?.to, at));
  }
  for (const [index, path] of (draft.paths?.exclude ?? []).entries()) {
    if (path === undefined) continue;
    const at = ['paths', 'exclude', index];
    faults.push(...checkEnds(draft, path, at), ...checkOnce(seen, path, at, `paths.exclude[${index}]`));
  }
  const isMissing = draft.pops === undefined || (draft.agent === undefined && draft.role !== 'hub');
  const unclear = faults.length > 0 || isMissing || ['agent', 'pops', 'paths'].some((key) => isFaulty([key]));
  // An agent has what the hub gives it, and that may be nothing.
  if (!unclear && draft.role !== 'agent' && pathsOf(draft).length === 0) {
    if (popIdsOf(draft).length < 2) {
      const what = draft.role === 'hub' ? 'are not two' : 'name no PoP but this agent';
      faults.push({ at: ['pops'], what, allowed: 'at least two PoPs' });
    } else {
      const allowed = `at least one path from ${draft.role === 'hub' ? 'a PoP' : 'the agent'} to another PoP`;
      faults.push({ at: ['paths'], what: 'leave nothing to measure', allowed });
    }
  }
  return faults;
}

/** The paths that the draft asks for, as far as it can be read. */
export function pathsOf(draft: Draft): ChosenPath[] {
  const pops = popIdsOf(draft);
  return expandPaths({
    sources: sourcesOf({ role: draft.role, agent: draft.agent, pops }),
    pops,
    include: draft.paths?.include?.flatMap((entry) =>
      entry?.path === undefined ? [] : [{ ...entry, path: entry.path }],
    ),
    exclude: (draft.paths?.exclude ?? []).filter((path) => path !== undefined),
  });
}

/** An interval is half-open and not empty. */
export function checkOrder(from: number | undefined, to: number | undefined, at: KeyPath): Fault[] {
  if (from === undefined || to === undefined || from < to) return [];
  return [
    { at: [...at, 'to'], what: 'is not after from', allowed: `an instant after ${formatInstant(from)}` },
  ];
}

function checkEnds(draft: Draft, path: string, at: KeyPath): Fault[] {
  const ids = popIdsOf(draft);
  if (draft.pops === undefined) return [];
  const [source = '', destination = ''] = path.split('>');
  const faults: Fault[] = [];
  for (const end of [source, destination]) {
    if (end === '*' || ids.includes(end)) continue;
    const what = `names an unknown PoP, ${JSON.stringify(end)}${didYouMean(end, ids)}`;
    faults.push({ at, what, allowed: listed(ids) });
  }
  const { agent } = draft;
  const isOwnOnly = draft.role !== 'hub' && draft.role !== 'agent';
  if (isOwnOnly && agent !== undefined && source !== agent && ids.includes(source) && ids.includes(agent)) {
    faults.push({ at, what: 'does not start at this agent', allowed: `paths from ${agent}` });
  }
  return faults;
}

function checkOnce(seen: Map<string, string>, path: string, at: KeyPath, here: string): Fault[] {
  const first = seen.get(path);
  if (first !== undefined) return [{ at, what: `stands at ${first} too`, allowed: 'each path once' }];
  seen.set(path, here);
  return [];
}
