import { existsSync, realpathSync } from 'node:fs';
import Database from 'better-sqlite3';
import { lockedError, type WriterLock, type WriterName } from '../writer-lock.js';
import { makePrivateFile } from './private-file.js';

/**
 * The lock is a small database of its own beside the database: `pop-sla.db.lock`. The writer holds SQLite's RESERVED
 * lock on it, which the kernel releases when the process ends and which other containers on the same machine see; its
 * one row identifies the holder and can be read meanwhile. The database itself is not locked, because commands write
 * alongside the daemon, and a restored database is another file.
 */
const lockFileOf = (file: string): string => `${existsSync(file) ? realpathSync(file) : file}.lock`;

/** How long to wait for a process that only reads the lock, or is about to end, milliseconds. */
const patienceMs = 1_000;

/**
 * Throws a `StoreError` when another process holds the lock, and SQLite's own errors when the file can't be written.
 */
export function acquireWriterLock(file: string, writer: WriterName): WriterLock {
  const path = lockFileOf(file);
  makePrivateFile(path);
  const db = new Database(path, { timeout: patienceMs });
  try {
    db.exec('CREATE TABLE IF NOT EXISTS writer (name TEXT NOT NULL)');
    const name = JSON.stringify(writer);
    // The row has to be committed to be visible, which releases the lock for an instant.
    for (;;) {
      db.exec('BEGIN IMMEDIATE');
      if (db.prepare('SELECT name FROM writer').pluck().get() === name) break;
      db.exec('DELETE FROM writer');
      db.prepare<{ name: string }>('INSERT INTO writer (name) VALUES (:name)').run({ name });
      db.exec('COMMIT');
    }
    return {
      release: () => {
        db.close();
        return Promise.resolve();
      },
    };
  } catch (error) {
    const holder = isBusy(error) ? nameIn(db) : null;
    db.close();
    throw isBusy(error) ? lockedError(`the database ${file}`, holder) : error;
  }
}

/** The holder of the lock now; null: none. Throws SQLite's errors when that can't be determined. */
export function writerNow(file: string): WriterName | 'somebody' | null {
  const path = lockFileOf(file);
  if (!existsSync(path)) return null;
  const db = new Database(path, { fileMustExist: true, timeout: 0 });
  try {
    db.exec('BEGIN IMMEDIATE');
    return null;
  } catch (error) {
    if (!isBusy(error)) throw error;
    return nameIn(db) ?? 'somebody';
  } finally {
    db.close();
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');

function nameIn(db: Database.Database): WriterName | null {
  try {
    return JSON.parse(db.prepare('SELECT name FROM writer').pluck().get() as string) as WriterName;
  } catch {
    return null;
  }
}
