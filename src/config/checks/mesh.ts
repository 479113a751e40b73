import type { Fault } from '../problem.js';
import type { Draft } from './draft.js';

/** Agents and hubs are of a mesh, a standalone daemon is not; and there is one way to sign in. */
export function checkMesh({ role, mesh }: Draft, isFaulty: (at: readonly string[]) => boolean): Fault[] {
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
