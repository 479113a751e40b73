import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * A file for its owner alone, if there is none yet: a database holds people and secrets, whatever the umask. Those that
 * SQLite makes beside it take its mode. One that is there keeps its group's rights, and loses those of all others.
 */
export function makePrivateFile(file: string): void {
  // Never opened where it is there: to close it would take the locks away that SQLite has on it in this process.
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  for (const one of [file, `${file}-wal`, `${file}-shm`]) {
    if (!existsSync(one)) continue;
    const { mode, uid } = statSync(one);
    const isOurs = uid === process.getuid?.() || process.getuid?.() === 0;
    if ((mode & 0o007) !== 0 && isOurs) chmodSync(one, mode & 0o770);
  }
}

/**
 * Makes a folder and those above it that are missing, for their owner alone. Level by level: where the system says that
 * nothing can be made, as below /proc, Node's own recursion tries for ever.
 */
export function makePrivateFolder(folder: string): void {
  const missing: string[] = [];
  let at = folder;
  while (!existsSync(at) && dirname(at) !== at) {
    if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() === true)
      throw new Error(`${at} is a link to ${readlinkSync(at)}, which is not there`);
    missing.unshift(at);
    at = dirname(at);
  }
  if (!statSync(at).isDirectory()) throw new Error(`${at} is no folder`);
  for (const one of missing) {
    try {
      mkdirSync(one, { mode: 0o700 });
    } catch (error) {
      // Somebody else made it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(one).isDirectory()) throw error;
    }
  }
}

/** Who may read the database besides its owner; null: nobody, or it isn't there. */
export function whoElseReads(file: string): string | null {
  if (!existsSync(file)) return null;
  const mode = statSync(file).mode & 0o777;
  if ((mode & 0o004) !== 0) return 'everybody on this machine may read it';
  return (mode & 0o040) === 0 ? null : 'its group may read it';
}
