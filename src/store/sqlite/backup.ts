import { existsSync } from 'node:fs';
import { link, open, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { StoreError } from '../store.js';
import { corruptError, toStoreError } from './errors.js';
import { makePrivateFile } from './private-file.js';

/** 4 MiB per step, which takes a few milliseconds. */
const pagesAtOnce = 1024;

/**
 * Copies the database as of this instant into one new file, checks it, and only then gives it its name. Readers and
 * writers are not blocked meanwhile. Resolves to the size.
 */
export async function backup(source: string, target: string): Promise<{ readonly bytes: number }> {
  const file = resolve(target);
  const partial = `${file}.partial-${process.pid}`;
  refuseExisting(file);
  try {
    await copy(source, partial);
    verify(partial);
    await sync(partial);
    await publish(partial, file);
    await sync(dirname(file));
  } catch (error) {
    throw writeError(error, file);
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal']) await rm(partial + suffix, { force: true });
  }
  return { bytes: (await stat(file)).size };
}

async function copy(source: string, partial: string): Promise<void> {
  // The copy contains the same confidential data, so its mode must not depend on the umask.
  makePrivateFile(partial);
  const db = new Database(source, { readonly: true, fileMustExist: true });
  try {
    // Holds one snapshot: otherwise the copy would restart whenever another process writes, and might never end.
    db.exec('BEGIN');
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    await db.backup(partial, { progress: () => pagesAtOnce });
  } finally {
    db.close();
  }
}

function verify(partial: string): void {
  const db = new Database(partial, { fileMustExist: true });
  try {
    db.pragma('journal_mode = DELETE'); // a single file that needs no journal beside it
    const result = db.pragma('integrity_check(1)', { simple: true }) as string;
    if (result !== 'ok') throw corruptError(partial, result);
  } finally {
    db.close();
  }
}

export async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A link never replaces a file that appeared meanwhile; a file system without links needs the rename. */
export async function publish(partial: string, file: string): Promise<void> {
  try {
    await link(partial, file);
  } catch {
    refuseExisting(file);
    await rename(partial, file);
    return;
  }
  await unlink(partial);
}

function refuseExisting(file: string): void {
  if (existsSync(file)) throw new StoreError(`${file} is there already: a backup makes a new file`, 'other');
}

function writeError(error: unknown, file: string): unknown {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (error instanceof StoreError) return error;
  if (code === 'ENOSPC')
    return new StoreError(`no room left for the backup ${file}`, 'full', { cause: error });
  if (error instanceof Database.SqliteError) return toStoreError(error, file);
  return new StoreError(`can't write the backup ${file}: ${String(error)}`, 'other', { cause: error });
}
