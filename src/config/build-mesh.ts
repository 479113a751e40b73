import { resolve } from 'node:path';
import type { MeshConfig, MeshLogin } from './mesh-config.js';
import type { RawMesh } from './schema/mesh.js';

/** `folder`: what the names of files are relative to. */
export function buildMesh(raw: RawMesh, folder: string): MeshConfig {
  const at = (file: string): string => resolve(folder, file);
  const atOrNull = (file: string | undefined): string | null => (file === undefined ? null : at(file));
  const { servers, tls, replicas, keep, heartbeat, clockLimit } = raw;
  return {
    servers,
    login: buildLogin(raw, at),
    tls: tls ? { ca: atOrNull(tls.ca), cert: atOrNull(tls.cert), key: atOrNull(tls.key) } : null,
    replicas,
    keepMs: keep,
    heartbeatMs: heartbeat,
    clockLimitMs: clockLimit,
  };
}

function buildLogin(raw: RawMesh, at: (file: string) => string): MeshLogin {
  const { user, passwordFile, nkeySeedFile, credsFile } = raw;
  if (user !== undefined && passwordFile !== undefined)
    return { kind: 'password', user, passwordFile: at(passwordFile) };
  if (nkeySeedFile !== undefined) return { kind: 'nkey', seedFile: at(nkeySeedFile) };
  if (credsFile !== undefined) return { kind: 'creds', file: at(credsFile) };
  return { kind: 'none' };
}
