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
 * Creates the file for its owner only, whatever the umask, because a database contains personal data and secrets. Files
 * that SQLite creates beside it get its mode. An existing file keeps its group's permissions, and loses those of all
 * others.
 */
export function makePrivateFile(file: string): void {
  // An existing file must not be opened: closing it would release the locks that SQLite holds on it in this process.
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  for (const one of [file, `${file}-wal`, `${file}-shm`]) {
    if (!existsSync(one)) continue;
    const { mode, uid } = statSync(one);
    const isOurs = uid === process.getuid?.() || process.getuid?.() === 0;
    if ((mode & 0o007) !== 0 && isOurs) chmodSync(one, mode & 0o770);
  }
}

/**
 * Creates a folder and its missing parents, for their owner only. Level by level: where nothing can be created, as
 * below /proc, Node's own recursion never ends.
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
      // Another process created it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(one).isDirectory()) throw error;
    }
  }
}

/** Who besides its owner can read the database; null: nobody, or it does not exist. */
export function whoElseReads(file: string): string | null {
  if (!existsSync(file)) return null;
  const mode = statSync(file).mode & 0o777;
  if ((mode & 0o004) !== 0) return 'everybody on this machine may read it';
  return (mode & 0o040) === 0 ? null : 'its group may read it';
}
