import Database from 'better-sqlite3';
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { CorruptPacketsError } from '../packets/bits.js';
import { StoreError } from '../store.js';

/** Whether the file, or its nearest existing parent folder, is not writable: SQLite only reports "can't open". */
export function isWriteDenied(file: string): boolean {
  let folder = dirname(file);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return isDenied(folder) || (existsSync(file) && isDenied(file));
}

function isDenied(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return false;
  } catch (error) {
    // ENOTDIR and similar codes are errors of another kind.
    return ['EROFS', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

type Kind = StoreError['kind'];

/**
 * SQLite's result codes by what an operator can do about them; extended codes (`SQLITE_BUSY_SNAPSHOT`) match by prefix.
 */
const kinds: readonly (readonly [code: string, kind: Kind])[] = [
  ['SQLITE_FULL', 'full'],
  // The journal's index is a separate file that grows in steps; on a full disk such a step fails.
  ['SQLITE_IOERR_SHMSIZE', 'full'],
  ['SQLITE_READONLY', 'read-only'],
  ['SQLITE_PERM', 'read-only'],
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  // A disk that became read-only under an open file reports this code as well.
  ['SQLITE_IOERR', 'io'],
  ['SQLITE_CANTOPEN', 'io'],
  ['SQLITE_CORRUPT', 'corrupt'],
  ['SQLITE_NOTADB', 'corrupt'],
];

/** Converts a database error to a `StoreError`. Other errors are returned unchanged. */
export function toStoreError(error: unknown, file: string): unknown {
  if (error instanceof CorruptPacketsError) return corruptError(file, error.message, error);
  if (!(error instanceof Database.SqliteError)) return error;
  // SQLite does not say why a write failed; a disk that became read-only is one reason.
  if (error.code.startsWith('SQLITE_IOERR') && isWriteDenied(file))
    return readOnlyError(file, error.code, error);
  const kind =
    kinds.find(([code]) => error.code === code || error.code.startsWith(`${code}_`))?.[1] ?? 'other';
  const detail = `${error.code}: ${error.message}`;
  switch (kind) {
    case 'full':
      return storeError(
        kind,
        `no room left for the database ${file} (${detail}); free some space on its disk`,
        error,
      );
    case 'read-only':
      return storeError(
        kind,
        `the database ${file} can't be written (${detail}); check the mount and the owner`,
        error,
      );
    case 'busy':
      return storeError(kind, `another process holds the database ${file} (${detail})`, error);
    case 'io':
      return storeError(
        kind,
        `the database ${file} can't be read or written (${detail}); check its disk, mount and owner`,
        error,
      );
    case 'corrupt':
      return corruptError(file, detail, error);
    case 'replaced':
    case 'missing':
    case 'newer-schema':
    case 'other':
      return storeError('other', `the database ${file} failed (${detail})`, error);
  }
}

export function corruptError(file: string, detail: string, cause?: unknown): StoreError {
  return storeError(
    'corrupt',
    `the database ${file} is damaged or not a database (${detail}). Stop the daemon, move ${file}, ${file}-wal and ` +
      `${file}-shm away, put the last copy made by \`pop-sla backup FILE\` in its place, and start again`,
    cause,
  );
}

export function readOnlyError(file: string, detail: string, cause?: unknown): StoreError {
  return storeError(
    'read-only',
    `the database ${file} can't be written (${detail}); check the mount and the owner. Even to be read it needs a ` +
      'folder that may be written, unless a daemon has it open',
    cause,
  );
}

function storeError(kind: Kind, message: string, cause: unknown): StoreError {
  return new StoreError(message, kind, { cause });
}
