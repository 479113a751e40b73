import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { StoreFault } from '../store.js';
import { keepBeforeUpgrade } from './before-upgrade.js';
import { corruptFault, readOnlyFault, toStoreFault } from './faults.js';
import { latestVersion, migrate, schemaVersion } from './migrate.js';
import { thisWriter, type WriterLock, type WriterName } from '../writer-lock.js';
import { refuseNetworkDisk } from './network-disk.js';
import { makePrivateFile, makePrivateFolder } from './private-file.js';
import { isWriteDenied } from './write-denied.js';
import { takeWriterLock } from './writer-lock.js';

export interface ConnectOptions {
  /** Absolute. */
  readonly file: string;
  readonly readOnly: boolean;
  /** How long SQLite waits for another process's lock; the event loop waits with it. */
  readonly busyTimeoutMs: number;
  /** Files up to this size are checked whole when they are opened; it takes some 5 ms a megabyte. */
  readonly checkUpToBytes: number;
  /** Holds the writer's lock from now on, in this name; null: writes beside whoever holds it. */
  readonly writer: WriterName | null;
}

export interface Connected {
  readonly db: Database.Database;
  readonly lock: WriterLock | null;
}

/** Opens the file, makes it where it may, and leaves it ready to work: the right schema, durable, checked. */
export function connect(options: ConnectOptions): Connected {
  const { file, readOnly, writer } = options;
  let db: Database.Database | undefined;
  let lock: WriterLock | null = null;
  try {
    if (readOnly && !existsSync(file)) {
      throw new StoreFault(`there is no database ${file} yet: \`pop-sla run\` makes it`, 'missing');
    }
    if (!readOnly) makeFolder(file);
    if (writer !== null) {
      refuseNetworkDisk(file);
      lock = takeWriterLock(file, writer);
    }
    if (!readOnly) makePrivateFile(file);
    db = new Database(file, { readonly: readOnly, fileMustExist: readOnly, timeout: options.busyTimeoutMs });
    if (readOnly) requireCurrentSchema(db, file);
    else prepareForWriting(db, file, lock !== null);
    if (statSync(file).size <= options.checkUpToBytes) check(db, file);
    return { db, lock };
  } catch (error) {
    db?.close();
    void lock?.release();
    if (cannotOpen(error) && isWriteDenied(file)) throw readOnlyFault(file, String(error), error);
    throw toStoreFault(fileFault(error, file), file);
  }
}

function prepareForWriting(db: Database.Database, file: string, isLocked: boolean): void {
  const version = schemaVersion(db, file); // before anything is written: it may not be ours
  db.pragma('journal_mode = WAL');
  // With WAL, better-sqlite3's own default would let the last transactions go at a power loss.
  db.pragma('synchronous = FULL');
  // A file we may not write opens all the same; say so now and not at the first round.
  db.transaction(() => undefined).immediate();
  // A file that is new has nobody in it.
  if (version < latestVersion()) upgrade(db, file, isLocked || version === 0);
  db.pragma('foreign_keys = ON');
}

/** Nobody upgrades a schema under a daemon that was made for the one before. */
function upgrade(db: Database.Database, file: string, isLocked: boolean): void {
  const lock = isLocked ? null : takeWriterLock(file, thisWriter('upgrade of its schema', null, Date.now()));
  try {
    const version = schemaVersion(db, file);
    if (version > 0 && version < latestVersion()) keepBeforeUpgrade(db, file, version, latestVersion());
    migrate(db, file);
  } finally {
    void lock?.release();
  }
}

function requireCurrentSchema(db: Database.Database, file: string): void {
  const version = schemaVersion(db, file);
  if (version < latestVersion()) {
    throw new StoreFault(
      `the database ${file} has schema ${version} and needs ${latestVersion()}: start \`pop-sla run\` once, it upgrades it`,
      'other',
    );
  }
}

function check(db: Database.Database, file: string): void {
  const said = db.pragma('quick_check(1)', { simple: true }) as string;
  if (said !== 'ok') throw corruptFault(file, said);
}

function makeFolder(file: string): void {
  const folder = dirname(file);
  try {
    makePrivateFolder(folder);
  } catch (error) {
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    const kind = full ? 'full' : isWriteDenied(file) ? 'read-only' : 'other';
    throw new StoreFault(`can't make the folder ${folder} for the database: ${String(error)}`, kind, {
      cause: error,
    });
  }
}

/** What the system said of the file or the folder, before SQLite had it. */
function fileFault(error: unknown, file: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof StoreFault || code === undefined || syscall === undefined) return error;
  const kind = code === 'ENOSPC' || code === 'EDQUOT' ? 'full' : 'other';
  return new StoreFault(`the database ${file} can't be made or opened: ${String(error)}`, kind, {
    cause: error,
  });
}

const cannotOpen = (error: unknown): boolean =>
  (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CANTOPEN')) ||
  ['EACCES', 'EROFS', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
