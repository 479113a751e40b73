import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from '../store.js';

/** The ids of network file systems in `statfs` (statfs(2), linux/magic.h). */
const networkKinds: ReadonlyMap<number, { readonly name: string; readonly refused: boolean }> = new Map([
  [0x6969, { name: 'NFS', refused: true }],
  [0x517b, { name: 'SMB', refused: true }],
  [0xff534d42, { name: 'CIFS', refused: true }],
  [0xfe534d42, { name: 'SMB2', refused: true }],
  [0x5346414f, { name: 'AFS', refused: true }],
  [0x73757245, { name: 'Coda', refused: true }],
  [0x00c36400, { name: 'Ceph', refused: false }],
  [0x0bd00bd0, { name: 'Lustre', refused: false }],
  [0x47504653, { name: 'GPFS', refused: false }],
  [0x01161970, { name: 'GFS2', refused: false }],
  [0x7461636f, { name: 'OCFS2', refused: false }],
  [0x01021997, { name: '9P', refused: false }],
  [0x65735546, { name: 'FUSE', refused: false }],
]);

/** The network file system that the file is on, or would be created on; null: it is a local one. */
export function networkDiskOf(file: string): { readonly name: string; readonly refused: boolean } | null {
  let at = file;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  // On some systems numbers beyond 2^31 are negative.
  return networkKinds.get(statfsSync(at).type >>> 0) ?? null;
}

/** Throws a `StoreError` on a file system that can't keep two machines from writing at a time, which loses data. */
export function refuseNetworkDisk(file: string): void {
  const kind = networkDiskOf(file);
  if (kind?.refused !== true) return;
  throw new StoreError(
    `the database ${file} lies on a network file system (${kind.name}), which does not keep SQLite's journal safe; ` +
      'allowed: a disk of this machine, or PostgreSQL (store: postgres://…)',
    'other',
  );
}
