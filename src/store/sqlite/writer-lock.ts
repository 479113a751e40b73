import { existsSync, realpathSync } from 'node:fs';
import Database from 'better-sqlite3';
import { heldFault, type WriterLock, type WriterName } from '../writer-lock.js';
import { makePrivateFile } from './private-file.js';

/**
 * The lock lies beside the database, in a small database of its own: `pop-sla.db.lock`. Whoever writes holds SQLite's
 * RESERVED lock on it, which is the kernel's and ends with the process, and is seen from other containers on the same
 * machine; its one row says who that is, and can be read meanwhile. It isn't the database itself that is locked:
 * commands write beside the daemon, and a database that was restored into its place is another file.
 */
const lockFileOf = (file: string): string => `${existsSync(file) ? realpathSync(file) : file}.lock`;

/** So long somebody is waited for who only looks, or is about to end. */
const patienceMs = 1_000;

/** Throws `StoreFault` where somebody else holds it, SQLite's own errors where the file can't be written. */
export function takeWriterLock(file: string, writer: WriterName): WriterLock {
  const path = lockFileOf(file);
  makePrivateFile(path);
  const db = new Database(path, { timeout: patienceMs });
  try {
    db.exec('CREATE TABLE IF NOT EXISTS writer (name TEXT NOT NULL)');
    const name = JSON.stringify(writer);
    // The row has to be committed to be seen, which gives the lock up for an instant.
    for (;;) {
      db.exec('BEGIN IMMEDIATE');
      if (db.prepare('SELECT name FROM writer').pluck().get() === name) break;
      db.exec('DELETE FROM writer');
      db.prepare('INSERT INTO writer (name) VALUES (?)').run(name);
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
    throw isBusy(error) ? heldFault(`the database ${file}`, holder) : error;
  }
}

/** Who holds the lock now; null: nobody. Throws SQLite's errors where that can't be found out. */
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
