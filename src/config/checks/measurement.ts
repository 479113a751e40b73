import { isIP } from 'node:net';
import { icmpMessageBytes, maxIcmpMessageBytes, minIcmpMessageBytes } from '../../core/measurement/round.js';
import type { PopId } from '../../core/types.js';
import { didYouMean, type Fault, type KeyPath } from '../problem.js';
import { formatDuration } from '../scalars.js';
import { type Draft, listed, popIdsOf } from './draft.js';
import { pathsOf } from './network.js';

const dayMs = 86_400_000;
/** Up to here no way of pinging that was tried lost a packet falsely. */
const maxPacketsPerSecond = 2000;

/** A round fits between two slots, its packets into their sizes, and all rounds together into what a host can send. */
export function checkMeasurement(draft: Draft): Fault[] {
  return [
    ...checkEvery(draft),
    ...checkMinimumSent(draft),
    ...checkLength(draft),
    ...checkSizes(draft),
    ...checkPace(draft),
  ];
}

function checkEvery({ measurement }: Draft): Fault[] {
  const every = measurement?.every;
  if (every === undefined || dayMs % every === 0) return [];
  const allowed = 'a duration that divides 24h, such as 5m, 10m, 15m, 30m, 1h';
  return [{ at: ['measurement', 'every'], what: 'does not divide a day', allowed }];
}

function checkMinimumSent({ measurement }: Draft): Fault[] {
  const { minimumSent, packets } = measurement ?? {};
  if (minimumSent === undefined || packets === undefined || minimumSent <= packets) return [];
  return [
    {
      at: ['measurement', 'minimumSent'],
      what: 'is more than the packets of a size',
      allowed: `1 to ${packets}`,
    },
  ];
}

function checkLength({ measurement }: Draft): Fault[] {
  const { every, spread, packets, packetInterval, lostAfter, lateWait } = measurement ?? {};
  if (every === undefined || spread === undefined || packets === undefined) return [];
  if (packetInterval === undefined || lostAfter === undefined || lateWait === undefined) return [];
  const longest = spread + packets * packetInterval + lostAfter + lateWait;
  if (longest < every) return [];
  const sum =
    `${formatDuration(spread)} spread + ${packets} packets × ${formatDuration(packetInterval)} packetInterval` +
    ` + ${formatDuration(lostAfter)} lostAfter + ${formatDuration(lateWait)} lateWait`;
  const what = `leaves a round no time, which can take ${sum} = ${formatDuration(longest)}`;
  return [
    {
      at: ['measurement', 'every'],
      what,
      shown: formatDuration(every),
      allowed: `more than ${formatDuration(longest)}, or a shorter round`,
    },
  ];
}

function checkSizes(draft: Draft): Fault[] {
  const { sizes, lengthBasis } = draft.measurement ?? {};
  if (sizes === undefined) return [];
  if (sizes.length === 0 || sizes.length > 16) {
    return [{ at: ['measurement', 'sizes'], what: `has ${sizes.length} sizes`, allowed: '1 to 16 sizes' }];
  }
  const faults: Fault[] = [];
  for (const [index, bytes] of sizes.entries()) {
    if (bytes === undefined) continue;
    const at = ['measurement', 'sizes', index];
    const first = sizes.indexOf(bytes);
    if (first < index) faults.push({ at, what: `is also sizes[${first}]`, allowed: 'each size once' });
    if (lengthBasis === undefined) continue;
    const offsets = familiesOf(draft).map((family) => icmpMessageBytes(0, lengthBasis, family));
    const least = Math.max(...offsets.map((offset) => minIcmpMessageBytes - offset));
    const most = Math.min(...offsets.map((offset) => maxIcmpMessageBytes - offset));
    if (bytes >= least && bytes <= most) continue;
    const what = bytes < least ? 'has no room for the headers and the token' : 'is more than a packet holds';
    faults.push({ at, what, allowed: `${least} to ${most} bytes with lengthBasis ${lengthBasis}` });
  }
  return faults;
}

/** The IP versions that may be probed: a host name may resolve to either. */
function familiesOf(draft: Draft): (4 | 6)[] {
  const pops = (draft.pops ?? []).flatMap((pop) => pop ?? []);
  const six = pops.some((pop) => pop.ipv4 === undefined);
  const four = pops.some((pop) => pop.ipv4 !== undefined || pop.ipv6 === undefined);
  return [...(four || !six ? [4 as const] : []), ...(six ? [6 as const] : [])];
}

function checkPace(draft: Draft): Fault[] {
  const { sizes, packetInterval } = draft.measurement ?? {};
  if (sizes === undefined || packetInterval === undefined) return [];
  const paths = maxFromOneSource(draft);
  const streams = paths * sizes.length;
  const perSecond = Math.ceil((streams * 1000) / packetInterval);
  if (perSecond <= maxPacketsPerSecond) return [];
  const least = formatDuration(Math.ceil((streams * 1000) / maxPacketsPerSecond));
  const what = `sends ${perSecond} packets/s in all: ${paths} paths × ${sizes.length} sizes`;
  const allowed = `at most ${maxPacketsPerSecond} packets/s: a packetInterval of at least ${least}, or fewer paths or sizes`;
  return [{ at: ['measurement', 'packetInterval'], what, shown: formatDuration(packetInterval), allowed }];
}

/** What has to be sent at a time is one agent's. */
function maxFromOneSource(draft: Draft): number {
  const counts = new Map<string, number>();
  for (const { source } of pathsOf(draft)) counts.set(source, (counts.get(source) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

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
  return [...faults, ...checkWatchPace(draft)];
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
function checkWatchPace(draft: Draft): Fault[] {
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
