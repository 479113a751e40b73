import { isIP } from 'node:net';
import type { PopId } from '../../core/types.js';
import type { Fault, KeyPath } from '../problem.js';
import { formatDuration } from '../scalars/duration.js';
import { didYouMean } from '../suggest.js';
import { listed, popIdsOf, type Draft } from './draft.js';
import { pathsOf } from './paths.js';

/** Up to here no way of pinging that was tried lost a packet falsely. */
const maxEchoesPerSecond = 2000;

/** What is watched is known and named once, and the figures of the watch fit each other. */
export function checkWatch(draft: Draft): Fault[] {
  const { watch } = draft;
  const faults: Fault[] = [];
  for (const key of ['ports', 'references'] as const) {
    const seen = new Map<string, number>();
    for (const [index, one] of (watch?.[key] ?? []).entries()) {
      if (one !== undefined) faults.push(...checkTarget(draft, one, ['watch', key, index], seen));
    }
  }
  const { threshold, overdue, burst } = watch ?? {};
  if (threshold !== undefined && overdue?.atLeast !== undefined && overdue.atLeast > threshold) {
    const what = `is longer than threshold, ${formatDuration(threshold)}`;
    const at = ['watch', 'overdue', 'atLeast'];
    faults.push({ at, what, shown: formatDuration(overdue.atLeast), allowed: 'at most threshold' });
  }
  if (burst?.every !== undefined && burst.length !== undefined && burst.every > burst.length) {
    const what = `is shorter than the burst's every, ${formatDuration(burst.every)}`;
    const at = ['watch', 'burst', 'length'];
    faults.push({ at, what, shown: formatDuration(burst.length), allowed: 'at least burst.every' });
  }
  return [...faults, ...checkPace(draft)];
}

function checkTarget(draft: Draft, target: string, at: KeyPath, seen: Map<string, number>): Fault[] {
  const first = seen.get(target);
  if (first !== undefined)
    return [{ at, what: `is also ${String(at[1])}[${first}]`, allowed: 'each one once' }];
  seen.set(target, Number(at[2]));
  if (target === draft.agent && draft.role !== 'hub' && draft.role !== 'agent')
    return [{ at, what: 'is this agent itself', allowed: 'other PoPs, seen from here' }];
  const ids = popIdsOf(draft);
  if (draft.pops === undefined || ids.includes(target) || isIP(target) !== 0) return [];
  const what = `names an unknown PoP, ${JSON.stringify(target)}${didYouMean(target, ids)}`;
  return [{ at, what, allowed: listed(ids) }];
}

/** When everything is down every port gets an echo as often as a burst sends them. */
function checkPace(draft: Draft): Fault[] {
  const every = draft.watch?.burst?.every;
  if (every === undefined) return [];
  const watched = draft.watch?.ports ?? watchedByOne(draft);
  const perSecond = Math.ceil((watched.length * 1000) / every);
  if (perSecond <= maxEchoesPerSecond) return [];
  const least = formatDuration(Math.ceil((watched.length * 1000) / maxEchoesPerSecond));
  return [
    {
      at: ['watch', 'burst', 'every'],
      what: `sends ${perSecond} echoes/s in all when all ${watched.length} ports are down`,
      shown: formatDuration(every),
      allowed: `at most ${maxEchoesPerSecond} echoes/s: at least ${least}, or fewer ports`,
    },
  ];
}

/** The ports that one agent watches where nothing is said of them: the most that any does. */
function watchedByOne(draft: Draft): PopId[] {
  const bySource = new Map<PopId, PopId[]>();
  for (const { source, destination } of pathsOf(draft)) {
    const ports = bySource.get(source);
    if (ports === undefined) bySource.set(source, [destination]);
    else ports.push(destination);
  }
  return [...bySource.values()].reduce((most, ports) => (ports.length > most.length ? ports : most), []);
}
