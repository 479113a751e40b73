import { setTimeout as sleep } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import { StoreFault } from '../store.js';
import { toStoreFault } from './faults.js';
import { openFile } from './open-file.js';
import { createWriter } from './writer.js';

/** What every family of queries works with. */
export interface Connection {
  readonly db: Database.Database;
  /** The absolute path of the database file. */
  readonly file: string;
  /** Runs a query at once, in one snapshot; its faults come as `StoreFault`. */
  readonly read: <T>(query: () => T) => Promise<T>;
  /** Runs a change in the next transaction and resolves when that is on the disk. */
  readonly write: <T>(change: () => T) => Promise<T>;
  /** Resolves when every change asked for until now has its answer. */
  readonly drained: () => Promise<void>;
  /** Refuses what comes from now on, finishes what was asked for, and closes the file. */
  readonly close: () => Promise<void>;
}

export interface ConnectionOptions {
  readonly bulk: boolean;
  /** How long another process's lock is waited for; the event loop goes on meanwhile. */
  readonly patienceMs: number;
}

const retryMs = 25;

/** Changes that share a transaction while nobody waits for any one of them. */
const changesInBulk = 2_000;

export function connection(
  db: Database.Database,
  file: string,
  { bulk, patienceMs }: ConnectionOptions,
): Connection {
  if (bulk) db.pragma('synchronous = OFF');
  const inSnapshot = db.transaction((query: () => unknown) => query());
  let closing = false;
  const closed = (): StoreFault => new StoreFault(`the database ${file} is closed`, 'other');
  const writer = createWriter({
    db,
    patienceMs,
    openFile: openFile(db, file),
    faultOf: (error) => toStoreFault(error, file),
    ...(bulk && { maxChanges: changesInBulk }),
  });
  return {
    db,
    file,
    async read<T>(query: () => T): Promise<T> {
      for (const since = performance.now(); ;) {
        if (closing) throw closed();
        try {
          return inSnapshot.deferred(query) as T;
        } catch (error) {
          const fault = toStoreFault(error, file);
          const isBusy = fault instanceof StoreFault && fault.kind === 'busy';
          if (!isBusy || performance.now() - since >= patienceMs) throw fault;
          await sleep(retryMs);
        }
      }
    },
    write(change) {
      if (closing) return Promise.reject(closed());
      if (db.readonly) {
        return Promise.reject(
          new StoreFault(`the database ${file} was opened for reading only`, 'read-only'),
        );
      }
      return writer.write(change);
    },
    drained: () => writer.drained(),
    async close() {
      closing = true;
      await writer.drained();
      if (db.open && !db.readonly) {
        try {
          if (bulk) db.pragma('synchronous = FULL');
          db.pragma('wal_checkpoint(TRUNCATE)'); // closing would not, while a reader has the file open
        } catch {
          // No room, say: what the journal holds is safe there, and the next start finds it.
        }
      }
      db.close();
    },
  };
}
