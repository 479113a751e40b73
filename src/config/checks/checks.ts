import { isIP } from 'node:net';
import { type Fault, type KeyPath, didYouMean } from '../problem.js';
import { formatDuration } from '../scalars.js';
import { type Draft, type IsFaulty, checkNeeds, listed, popIdsOf } from './draft.js';
import {
  checkCommitments,
  checkDriver,
  checkPaths,
  checkPops,
  checkProbe,
  checkRetention,
  checkStore,
  pathsOf,
} from './network.js';
import { checkPosting } from '../sections/billing.js';
import { givenTwice } from '../given-twice.js';
import { icmpMessageBytes, maxIcmpMessageBytes, minIcmpMessageBytes } from '../../core/measurement/round.js';
import type { PopId } from '../../core/types.js';

/** A provider has to know where to send people back to. */
function checkHttp({ http }: Draft): Fault[] {
  if (http?.auth?.oidc === undefined || http.publicUrl !== undefined) return [];
  const what = 'has no way back: http.publicUrl is missing';
  return [
    { at: ['http', 'auth', 'oidc'], onKey: true, what, allowed: 'with http.publicUrl beside http.listen' },
  ];
}

/** Agents and hubs are of a mesh, a standalone daemon is not; and there is one way to sign in. */
function checkMesh({ role, mesh }: Draft, isFaulty: (at: readonly string[]) => boolean): Fault[] {
  if (isFaulty(['role']) || role === undefined) return [];
  if (role === 'standalone') {
    if (mesh === undefined && !isFaulty(['mesh'])) return [];
    const what = 'means nothing to a daemon that stands alone';
    return [{ at: ['mesh'], onKey: true, what, allowed: 'with role agent or hub' }];
  }
  if (mesh === undefined) {
    if (isFaulty(['mesh'])) return [];
    const what = `is missing, which says where ${role === 'agent' ? 'an agent' : 'a hub'} meets the others`;
    return [{ at: ['mesh'], what, allowed: 'mesh: { servers: [nats://HOST:PORT] }, or role standalone' }];
  }
  const faults: Fault[] = [];
  if (mesh.servers?.length === 0) {
    faults.push({ at: ['mesh', 'servers'], what: 'name no server', allowed: 'at least one server' });
  }
  if ((mesh.user === undefined) !== (mesh.passwordFile === undefined)) {
    const what =
      mesh.user === undefined ? 'has a passwordFile and no user' : 'has a user and no passwordFile';
    faults.push({ at: ['mesh'], onKey: true, what, allowed: 'both of them, or neither' });
  }
  const logins = (['user', 'nkeySeedFile', 'credsFile'] as const).filter((key) => mesh[key] !== undefined);
  if (logins.length > 1) {
    const what = `signs in by ${logins.join(' and by ')}`;
    const allowed = 'one of user with passwordFile, nkeySeedFile, credsFile; or none';
    faults.push({ at: ['mesh'], onKey: true, what, allowed });
  }
  const { tls } = mesh;
  if (tls !== undefined && (tls.cert === undefined) !== (tls.key === undefined)) {
    const what = tls.key === undefined ? 'has a cert and no key' : 'has a key and no cert';
    faults.push({ at: ['mesh', 'tls'], onKey: true, what, allowed: 'both of them, or neither' });
  }
  return faults;
}

/** A user has a password, and no retry is longer than the longest. */
function checkNotifications({ notifications }: Draft): Fault[] {
  const faults: Fault[] = [];
  const { firstRetry, longestRetry, smtp } = notifications ?? {};
  if (firstRetry !== undefined && longestRetry !== undefined && firstRetry > longestRetry) {
    const what = `is shorter than firstRetry, ${formatDuration(firstRetry)}`;
    const at = ['notifications', 'longestRetry'];
    faults.push({ at, what, shown: formatDuration(longestRetry), allowed: 'at least firstRetry' });
  }
  if ((smtp?.user === undefined) !== (smtp?.password === undefined)) {
    const what = smtp?.user === undefined ? 'has a password and no user' : 'has a user and no password';
    faults.push({ at: ['notifications', 'smtp'], onKey: true, what, allowed: 'both of them, or neither' });
  }
  return faults;
}

/** What is wrong between keys that are each right by themselves. */
export function checkAll(draft: Draft, isFaulty: IsFaulty): Fault[] {
  return [
    ...checkNeeds(draft, isFaulty),
    ...checkMesh(draft, isFaulty),
    ...checkPops(draft, isFaulty),
    ...checkPaths(draft, isFaulty),
    ...checkCommitments(draft, isFaulty),
    ...checkMeasurement(draft),
    ...checkProbe(draft),
    ...checkWatch(draft),
    ...checkDriver(draft),
    ...checkRetention(draft),
    ...checkStore(draft),
    ...checkHttp(draft),
    ...checkNotifications(draft),
    ...checkBilling(draft),
  ];
}

/** Numbers of two issuers never meet, a range has numbers, and an account or a tax code is said once. */
function checkBilling({ billing }: Draft): Fault[] {
  const issuers = billing?.issuers ?? [];
  const ofIssuers = (key: string) => (index: number) => ['billing', 'issuers', index, ...key.split('.')];
  const ranges = issuers.flatMap((issuer, index): Fault[] => {
    const { first, last } = issuer?.notes ?? {};
    if (first === undefined || last === undefined || first <= last) return [];
    const at = ofIssuers('notes.last')(index);
    return [{ at, what: `is less than "first", ${first}`, allowed: 'the last number of the range' }];
  });
  return [
    ...givenTwice(
      issuers.map((issuer) => issuer?.id),
      { list: 'issuers', at: ofIssuers('id'), allowed: 'each once' },
    ),
    ...givenTwice(
      issuers.map((issuer) => issuer?.notes?.prefix),
      { list: 'issuers', at: ofIssuers('notes.prefix'), allowed: 'each once' },
    ),
    ...ranges,
    ...checkPosting(billing ?? {}, ['billing']),
  ];
}

const dayMs = 86_400_000;
/** Up to here no way of pinging that was tried lost a packet falsely. */
const maxPacketsPerSecond = 2000;

/** A round fits between two slots, its packets into their sizes, and all rounds together into what a host can send. */
function checkMeasurement(draft: Draft): Fault[] {
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

/** What is watched is known and named once, and the figures of the watch fit each other. */
function checkWatch(draft: Draft): Fault[] {
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
  if (perSecond <= maxPacketsPerSecond) return [];
  const least = formatDuration(Math.ceil((watched.length * 1000) / maxPacketsPerSecond));
  return [
    {
      at: ['watch', 'burst', 'every'],
      what: `sends ${perSecond} echoes/s in all when all ${watched.length} ports are down`,
      shown: formatDuration(every),
      allowed: `at most ${maxPacketsPerSecond} echoes/s: at least ${least}, or fewer ports`,
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
