import Database from 'better-sqlite3';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from '../store.js';
import { thisWriter, type WriterLock, type WriterName } from '../writer-lock.js';
import { corruptError, isWriteDenied, readOnlyError, toStoreError } from './errors.js';
import { migrations as all } from './migrations.js';
import type { Migration } from './migrations/migration.js';
import { refuseNetworkDisk } from './network-disk.js';
import { makePrivateFile, makePrivateFolder } from './private-file.js';
import { acquireWriterLock } from './writer-lock.js';

/** The name of the backup that an upgrade makes of a database of schema `version`. */
const backupBeforeUpgrade = (file: string, version: number): string => `${file}.schema-${version}.bak`;

const mebibyte = 2 ** 20;

/**
 * Copies a database of an older schema before it is upgraded, so that the older program can be reinstalled. An existing
 * copy of an earlier upgrade is not overwritten: the new one gets a number. Throws a `StoreError` when there is no
 * space for it; then nothing was changed.
 */
function backUpBeforeUpgrade(db: Database.Database, file: string, version: number, to: number): void {
  const needed = statSync(file).size + (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0);
  const { bavail, bsize } = statfsSync(dirname(file));
  if (bavail * bsize < needed + 16 * mebibyte) {
    throw new StoreError(
      `the database ${file} has schema ${version}, and is copied before it is upgraded to ${to}; the copy needs ` +
        `${Math.ceil(needed / mebibyte)} MiB, and ${Math.floor((bavail * bsize) / mebibyte)} MiB are free: make room, or ` +
        `start the program that knows schema ${version} again`,
      'full',
    );
  }
  const first = backupBeforeUpgrade(file, version);
  let copy = first;
  for (let n = 2; existsSync(copy); n += 1) copy = `${first}.${n}`;
  const partial = `${copy}.partial`;
  rmSync(partial, { force: true });
  makePrivateFile(partial);
  try {
    db.prepare<{ file: string }>('VACUUM INTO :file').run({ file: partial });
    const opened = openSync(partial, 'r');
    fsyncSync(opened);
    closeSync(opened);
    renameSync(partial, copy);
  } finally {
    rmSync(partial, { force: true });
  }
}

/** "PSLA": tells this program's files from those of others. */
const applicationId = 0x50534c41;

/**
 * The schema version of a file: 0 for a new one. Throws a `StoreError` when the file is another program's, or newer.
 */
export function schemaVersion(db: Database.Database, file: string, migrations = all): number {
  const owner = db.pragma('application_id', { simple: true }) as number;
  const version = db.pragma('user_version', { simple: true }) as number;
  const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
  if (owner === 0 && version === 0 && tables === 0) return 0;
  if (owner !== applicationId) {
    throw new StoreError(`${file} is the database of another program: give a path of its own`, 'other');
  }
  const latest = latestVersion(migrations);
  if (version > latest) {
    const copy = backupBeforeUpgrade(file, latest);
    const rollBack = existsSync(copy) ? `; ${copy} is the copy from before the upgrade, to go back to` : '';
    throw new StoreError(
      `the database ${file} has schema ${version}, and this program knows schemas up to ${latest}: ` +
        `run the newer program, or give another path${rollBack}`,
      'newer-schema',
    );
  }
  return version;
}

/** Upgrades the schema in one transaction: it is either completely new or stays the old one. */
export function migrate(db: Database.Database, file: string, migrations: readonly Migration[] = all): void {
  if (schemaVersion(db, file, migrations) === latestVersion(migrations)) return;
  // A migration that recreates a table drops the old one, which must not delete the rows that refer to it.
  db.pragma('foreign_keys = OFF');
  db.transaction(() => {
    const from = schemaVersion(db, file, migrations); // checked again, now that no other process can change it
    for (const migration of migrations) if (migration.version > from) db.exec(migration.sql);
    db.pragma(`application_id = ${applicationId}`);
    db.pragma(`user_version = ${latestVersion(migrations)}`);
    const broken = db.pragma('foreign_key_check') as unknown[];
    if (broken.length > 0)
      throw corruptError(file, `${broken.length} rows refer to nothing after the upgrade`);
  }).immediate();
}

export function latestVersion(migrations: readonly Migration[] = all): number {
  return migrations.at(-1)?.version ?? 0;
}

interface ConnectOptions {
  /** An absolute path. */
  readonly file: string;
  readonly readOnly: boolean;
  /** How long SQLite waits for another process's lock, milliseconds; this blocks the event loop. */
  readonly busyTimeoutMs: number;
  /** Files up to this size are checked completely when opened, which takes some 5 ms per megabyte. */
  readonly checkUpToBytes: number;
  /** The name under which the writer lock is held from now on; null: writes alongside the lock's holder. */
  readonly writer: WriterName | null;
}

interface Connected {
  readonly db: Database.Database;
  readonly lock: WriterLock | null;
}

/** Opens the file, creates it where allowed, and leaves it ready for use: checked, durable, with the current schema. */
export function connect(options: ConnectOptions): Connected {
  const { file, readOnly, writer } = options;
  let db: Database.Database | undefined;
  let lock: WriterLock | null = null;
  try {
    if (readOnly && !existsSync(file)) {
      throw new StoreError(`there is no database ${file} yet: \`pop-sla run\` makes it`, 'missing');
    }
    if (!readOnly) makeFolder(file);
    if (writer !== null) {
      refuseNetworkDisk(file);
      lock = acquireWriterLock(file, writer);
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
    if (cannotOpen(error) && isWriteDenied(file)) throw readOnlyError(file, String(error), error);
    throw toStoreError(fileError(error, file), file);
  }
}

function prepareForWriting(db: Database.Database, file: string, isLocked: boolean): void {
  const version = schemaVersion(db, file); // before anything is written, because it may be another program's file
  db.pragma('journal_mode = WAL');
  // With WAL, better-sqlite3's default can lose the last transactions at a power failure.
  db.pragma('synchronous = FULL');
  // A file without write permission opens without an error; report it now and not at the first round.
  db.transaction(() => undefined).immediate();
  // A new file has no other users.
  if (version < latestVersion()) upgrade(db, file, isLocked || version === 0);
  db.pragma('foreign_keys = ON');
}

/** The schema must not be upgraded under a running daemon that was made for the older one. */
function upgrade(db: Database.Database, file: string, isLocked: boolean): void {
  const lock = isLocked
    ? null
    : acquireWriterLock(file, thisWriter('upgrade of its schema', null, Date.now()));
  try {
    const version = schemaVersion(db, file);
    if (version > 0 && version < latestVersion()) backUpBeforeUpgrade(db, file, version, latestVersion());
    migrate(db, file);
  } finally {
    void lock?.release();
  }
}

function requireCurrentSchema(db: Database.Database, file: string): void {
  const version = schemaVersion(db, file);
  if (version < latestVersion()) {
    throw new StoreError(
      `the database ${file} has schema ${version} and needs ${latestVersion()}: start \`pop-sla run\` once, it upgrades it`,
      'other',
    );
  }
}

function check(db: Database.Database, file: string): void {
  const result = db.pragma('quick_check(1)', { simple: true }) as string;
  if (result !== 'ok') throw corruptError(file, result);
}

function makeFolder(file: string): void {
  const folder = dirname(file);
  try {
    makePrivateFolder(folder);
  } catch (error) {
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    const kind = full ? 'full' : isWriteDenied(file) ? 'read-only' : 'other';
    throw new StoreError(`can't make the folder ${folder} for the database: ${String(error)}`, kind, {
      cause: error,
    });
  }
}

/** What the system said of the file or the folder, before SQLite had it. */
function fileError(error: unknown, file: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof StoreError || code === undefined || syscall === undefined) return error;
  const kind = code === 'ENOSPC' || code === 'EDQUOT' ? 'full' : 'other';
  return new StoreError(`the database ${file} can't be made or opened: ${String(error)}`, kind, {
    cause: error,
  });
}

const cannotOpen = (error: unknown): boolean =>
  (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CANTOPEN')) ||
  ['EACCES', 'EROFS', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
