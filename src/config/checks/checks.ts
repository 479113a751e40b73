import type { Fault } from '../problem.js';
import { formatDuration } from '../scalars.js';
import { checkBilling } from './billing.js';
import { checkNeeds, type Draft, type IsFaulty } from './draft.js';
import { checkMeasurement, checkWatch } from './measurement.js';
import {
  checkCommitments,
  checkDriver,
  checkPaths,
  checkPops,
  checkProbe,
  checkRetention,
  checkStore,
} from './network.js';

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
