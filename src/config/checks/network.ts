import { isIPv6 } from 'node:net';
import { pathEnds } from '../../core/path.js';
import { driversWithPacketOptions } from '../defaults.js';
import { type ChosenPath, expandPaths, sourcesOf } from '../sections/paths.js';
import { didYouMean, type Fault, type KeyPath } from '../problem.js';
import { formatInstant, formatMonths } from '../scalars.js';
import { type Draft, type IsFaulty, listed, popIdsOf } from './draft.js';

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
function checkOrder(from: number | undefined, to: number | undefined, at: KeyPath): Fault[] {
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

/** Ids and addresses are one PoP's own; the agent is one of the PoPs. */
export function checkPops(draft: Draft, isFaulty: IsFaulty): Fault[] {
  const faults: Fault[] = [];
  const ids = new Map<string, number>();
  const addresses = new Map<string, number>();
  for (const [index, pop] of (draft.pops ?? []).entries()) {
    if (pop === undefined) continue;
    const kinds = ['ipv4', 'ipv6', 'host'] as const;
    if (!kinds.some((kind) => pop[kind] !== undefined || isFaulty(['pops', index, kind]))) {
      const shown = pop.id === undefined ? {} : { shown: JSON.stringify(pop.id) };
      faults.push({
        at: ['pops', index],
        what: 'has no address',
        allowed: 'at least one of ipv4, ipv6, host',
        ...shown,
      });
    }
    if (pop.id !== undefined) {
      const first = ids.get(pop.id);
      if (first === undefined) ids.set(pop.id, index);
      else
        faults.push({
          at: ['pops', index, 'id'],
          what: `is also the id of pops[${first}]`,
          allowed: 'each id once',
        });
    }
    for (const family of ['ipv4', 'ipv6'] as const) {
      const address = pop[family];
      if (address === undefined) continue;
      const first = addresses.get(address);
      if (first === undefined) addresses.set(address, index);
      else {
        const what = `is also the address of pops[${first}]`;
        faults.push({ at: ['pops', index, family], what, allowed: 'each address once' });
      }
    }
  }
  return [...faults, ...checkAgent(draft)];
}

function checkAgent(draft: Draft): Fault[] {
  const ids = popIdsOf(draft);
  if (draft.role === 'hub') return [];
  if (draft.agent === undefined || draft.pops === undefined || ids.includes(draft.agent)) return [];
  const what = `is not among the PoPs${didYouMean(draft.agent, ids)}`;
  return [{ at: ['agent'], what, allowed: listed(ids) || 'the id of one of pops' }];
}

/** Packet options are asked of a driver that has them, and a source address fits what it is to reach. */
export function checkProbe(draft: Draft): Fault[] {
  return [...checkDriverHasThem(draft), ...checkFamilies(draft)];
}

const everywhere: KeyPath = ['measurement', 'probe'];

function checkDriverHasThem(draft: Draft): Fault[] {
  const kind = draft.driver?.kind;
  if (kind === undefined || driversWithPacketOptions.includes(kind)) return [];
  const given: KeyPath[] = draft.measurement?.probe === undefined ? [] : [everywhere];
  for (const [index, entry] of (draft.paths?.include ?? []).entries()) {
    if (entry?.probe !== undefined) given.push(['paths', 'include', index, 'probe']);
  }
  return given.map((at) => ({
    at,
    onKey: true,
    what: `can't be done by the driver ${kind}`,
    allowed: `with the drivers ${driversWithPacketOptions.join(', ')}`,
  }));
}

function checkFamilies(draft: Draft): Fault[] {
  const faults = new Map<string, Fault>();
  for (const { id, destination, entry } of pathsOf(draft)) {
    const index = draft.paths?.include?.findIndex((item) => item?.path === entry.path) ?? -1;
    const pathSource = draft.paths?.include?.[index]?.probe?.sourceAddress;
    const source = pathSource ?? draft.measurement?.probe?.sourceAddress;
    const pop = draft.pops?.find((item) => item?.id === destination);
    const target = pop?.ipv4 ?? pop?.ipv6;
    if (source === undefined || target === undefined || isIPv6(source) === isIPv6(target)) continue;
    const at = pathSource === undefined ? everywhere : ['paths', 'include', index, 'probe'];
    const what = `can't reach ${target} of the path ${id}`;
    const allowed = `an IPv${isIPv6(target) ? 6 : 4} address`;
    const place = at.join(' ');
    if (!faults.has(place)) faults.set(place, { at: [...at, 'sourceAddress'], what, allowed });
  }
  return [...faults.values()];
}

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

/** Only the simulated driver follows a script. */
export function checkDriver({ driver }: Draft): Fault[] {
  const faults: Fault[] = [];
  if (driver?.kind !== undefined && driver.kind !== 'simulated') {
    for (const key of ['seed', 'rules'] as const) {
      if (driver[key] === undefined) continue;
      const what = `means nothing to the driver ${driver.kind}`;
      faults.push({ at: ['driver', key], onKey: true, what, allowed: 'with the driver simulated only' });
    }
  }
  for (const [index, rule] of (driver?.rules ?? []).entries()) {
    faults.push(...checkOrder(rule?.from, rule?.to, ['driver', 'rules', index]));
  }
  return faults;
}

/** One database, and what belongs to it. */
export function checkStore({ store }: Draft): Fault[] {
  const { path, url, passwordFile } = store ?? {};
  if (url !== undefined && path !== undefined) {
    const what = 'is a second database beside store.url';
    return [{ at: ['store', 'path'], onKey: true, what, allowed: 'one of store.path and store.url' }];
  }
  if (passwordFile !== undefined && url === undefined) {
    const what = 'means nothing to a file of SQLite';
    return [{ at: ['store', 'passwordFile'], onKey: true, what, allowed: 'with store.url only' }];
  }
  return [];
}

/** A round's row is kept as long as its packets, or longer. */
export function checkRetention({ store }: Draft): Fault[] {
  const { keepPackets, keepRows } = store ?? {};
  if (keepPackets === undefined || keepRows === undefined || keepRows >= keepPackets) return [];
  const what = `is shorter than keepPackets, ${formatMonths(keepPackets)}`;
  return [
    {
      at: ['store', 'keepRows'],
      what,
      shown: formatMonths(keepRows),
      allowed: `at least ${formatMonths(keepPackets)}`,
    },
  ];
}
