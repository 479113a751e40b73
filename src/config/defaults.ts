import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The nearest folder above this file that has a `package.json`: the same from the source and from the build. */
export function findHome(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('package.json is missing: pop-sla is not installed whole');
    folder = parent;
  }
  return folder;
}
/**
 * The probe kinds that a config may name. The probes themselves are a room of the same floor, so the list stands here
 * again; a test holds it against theirs. `auto` is the best kind that works on this machine.
 */
export const driverNames = ['auto', 'kernel', 'net-ping', 'fping', 'simulated'] as const;
type DriverName = (typeof driverNames)[number];

/** Those that can set the DSCP, the TTL and the rest of `probe`. */
export const driversWithPacketOptions: readonly DriverName[] = ['auto', 'kernel', 'fping'];

/** Those that measure rounds and can send no single echo: they watch no port. */
export const driversWithoutEcho: readonly DriverName[] = ['fping'];

export const defaultDriver: DriverName = 'auto';
/** What a daemon is: all in one, what measures in a PoP and forwards, or what gathers, judges and serves. */
export const meshRoles = ['standalone', 'agent', 'hub'] as const;
export type MeshRole = (typeof meshRoles)[number];
