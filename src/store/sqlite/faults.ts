import Database from 'better-sqlite3';
import { StoreFault } from '../store.js';
import { PacketsCorrupt } from '../packets/corrupt.js';
import { isWriteDenied } from './write-denied.js';

type Kind = StoreFault['kind'];

/** SQLite's result codes by what a person can do about them; a code's longer forms (`SQLITE_BUSY_SNAPSHOT`) go with it. */
const kinds: readonly (readonly [code: string, kind: Kind])[] = [
  ['SQLITE_FULL', 'full'],
  // The index of the journal lives in a file of its own that grows in steps: on a full disk that step fails.
  ['SQLITE_IOERR_SHMSIZE', 'full'],
  ['SQLITE_READONLY', 'read-only'],
  ['SQLITE_PERM', 'read-only'],
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  // A disk that turned read-only under an open file says no more than this either.
  ['SQLITE_IOERR', 'io'],
  ['SQLITE_CANTOPEN', 'io'],
  ['SQLITE_CORRUPT', 'corrupt'],
  ['SQLITE_NOTADB', 'corrupt'],
];

/** What the store threw, as its users know it. Errors that are not the database's pass unchanged. */
export function toStoreFault(error: unknown, file: string): unknown {
  if (error instanceof PacketsCorrupt) return corruptFault(file, error.message, error);
  if (!(error instanceof Database.SqliteError)) return error;
  // Of a write that failed SQLite doesn't say why; that the disk may not be written any more is one reason.
  if (error.code.startsWith('SQLITE_IOERR') && isWriteDenied(file))
    return readOnlyFault(file, error.code, error);
  const kind =
    kinds.find(([code]) => error.code === code || error.code.startsWith(`${code}_`))?.[1] ?? 'other';
  const said = `${error.code}: ${error.message}`;
  switch (kind) {
    case 'full':
      return fault(
        kind,
        `no room left for the database ${file} (${said}); free some space on its disk`,
        error,
      );
    case 'read-only':
      return fault(
        kind,
        `the database ${file} can't be written (${said}); check the mount and the owner`,
        error,
      );
    case 'busy':
      return fault(kind, `another process holds the database ${file} (${said})`, error);
    case 'io':
      return fault(
        kind,
        `the database ${file} can't be read or written (${said}); check its disk, mount and owner`,
        error,
      );
    case 'corrupt':
      return corruptFault(file, said, error);
    case 'replaced':
    case 'missing':
    case 'newer-schema':
    case 'other':
      return fault('other', `the database ${file} failed (${said})`, error);
  }
}

export function corruptFault(file: string, said: string, cause?: unknown): StoreFault {
  return fault(
    'corrupt',
    `the database ${file} is damaged or not a database (${said}). Stop the daemon, move ${file}, ${file}-wal and ` +
      `${file}-shm away, put the last copy made by \`pop-sla backup FILE\` in its place, and start again`,
    cause,
  );
}

export function readOnlyFault(file: string, said: string, cause?: unknown): StoreFault {
  return fault(
    'read-only',
    `the database ${file} can't be written (${said}); check the mount and the owner. Even to be read it needs a ` +
      'folder that may be written, unless a daemon has it open',
    cause,
  );
}

function fault(kind: Kind, message: string, cause: unknown): StoreFault {
  return new StoreFault(message, kind, { cause });
}
