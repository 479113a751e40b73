import type Database from 'better-sqlite3';
import { type BigIntStats, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../store.js';
import { toStoreFault } from './faults.js';

/** Whether the files that a connection has open are still those that the next one will open by their names. */
interface OpenFile {
  /** The fault to refuse a write with; null while what is written can be found again. */
  check(): StoreError | null;
  /** A commit went well: the journal is as long as this from now on. */
  committed(): void;
}

const frameHeaderBytes = 24;
const journalHeaderBytes = 32;

const look = (path: string): BigIntStats | null =>
  statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
const isSame = (a: BigIntStats, b: BigIntStats): boolean => a.dev === b.dev && a.ino === b.ino;

/** SQLite goes on writing into a file that was deleted or replaced, without a word; so each write looks first. */
function openFile(db: Database.Database, file: string): OpenFile {
  if (db.memory) return { check: () => null, committed: () => undefined };
  const own = look(file);
  let journal = look(`${file}-wal`);

  const replaced = (what: string): StoreError =>
    new StoreError(`${what} while the daemon had it open: what it writes now would be lost`, 'replaced');

  /** Another process may cut the journal short after it was written back; what was not written back is lost then. */
  const isCutShort = (size: bigint): boolean => {
    try {
      const [state] = db.pragma('wal_checkpoint(PASSIVE)') as { log: number; checkpointed: number }[];
      if (state === undefined || state.log <= 0) return false;
      const pageBytes = Number(db.pragma('page_size', { simple: true }));
      const needed = journalHeaderBytes + state.log * (frameHeaderBytes + pageBytes);
      return state.checkpointed < state.log && size < BigInt(needed);
    } catch {
      return true; // frames that are to be written back are not there
    }
  };

  return {
    check() {
      const now = look(file);
      if (now === null) return replaced(`the database ${file} was deleted`);
      if (own !== null && !isSame(now, own))
        return replaced(`the database ${file} was replaced by another file`);
      if (journal === null) return null;
      const wal = look(`${file}-wal`);
      if (wal === null) return replaced(`the journal ${file}-wal was deleted`);
      if (!isSame(wal, journal)) return replaced(`the journal ${file}-wal was replaced by another file`);
      if (wal.size < journal.size && isCutShort(wal.size))
        return replaced(`the journal ${file}-wal was cut short`);
      return null;
    },
    committed() {
      journal = look(`${file}-wal`) ?? journal;
    },
  };
}

interface WriterOptions {
  readonly db: Database.Database;
  readonly faultOf: (error: unknown) => unknown;
  readonly openFile: OpenFile;
  /** How long a change waits for another process's lock. */
  readonly patienceMs: number;
  /** How many changes share a transaction at most: bounds how long the event loop waits for one. */
  readonly maxChanges?: number;
}

interface Writer {
  write<T>(change: () => T): Promise<T>;
  drained(): Promise<void>;
}

interface Job {
  readonly since: number;
  readonly run: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

function failWhere(fault: StoreError | null): void {
  if (fault !== null) throw fault;
}

/** The lock is asked for again after this: SQLite's own waiting would hold up the event loop. */
const retryMs = 25;

/**
 * Changes in the order they were asked for, those of one turn of the event loop in one transaction: a commit waits for
 * the disk, and many rounds end within the same tick. A promise resolves after its transaction was committed.
 */
function createWriter({ db, faultOf, openFile, patienceMs, maxChanges = 32 }: WriterOptions): Writer {
  const waiting: Job[] = [];
  const onDrained: (() => void)[] = [];
  let scheduled = false;

  const together = db.transaction((jobs: readonly Job[]) => jobs.map((job) => job.run()));

  /** Gives those that are to be tried again: another process holds the lock, and their patience lasts. */
  const commit = (jobs: readonly Job[]): Job[] => {
    let results: unknown[];
    try {
      failWhere(openFile.check());
      results = together.immediate(jobs);
      // It may have gone meanwhile: nobody is told that something is stored which no other process will find.
      failWhere(openFile.check());
      openFile.committed();
    } catch (error) {
      const fault = faultOf(error);
      // One bad change must not take its neighbours with it; a bad disk fails them all alike.
      const mediumFailed = fault instanceof StoreError && fault.kind !== 'other';
      if (jobs.length > 1 && !mediumFailed) return jobs.flatMap((job) => commit([job]));
      const isBusy = fault instanceof StoreError && fault.kind === 'busy';
      const givenUp = (job: Job): boolean => !isBusy || performance.now() - job.since >= patienceMs;
      for (const job of jobs.filter(givenUp)) job.reject(fault);
      return jobs.filter((job) => !givenUp(job));
    }
    jobs.forEach((job, index) => {
      job.resolve(results[index]);
    });
    return [];
  };
  const turn = (): void => {
    const again = commit(waiting.splice(0, maxChanges));
    waiting.unshift(...again);
    scheduled = waiting.length > 0;
    if (again.length > 0) setTimeout(turn, retryMs);
    else if (scheduled) setImmediate(turn);
    else for (const resolve of onDrained.splice(0)) resolve();
  };
  return {
    write<T>(change: () => T): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        waiting.push({
          since: performance.now(),
          run: change,
          resolve: resolve as (value: unknown) => void,
          reject,
        });
        if (!scheduled) setImmediate(turn);
        scheduled = true;
      });
    },
    drained() {
      return scheduled ? new Promise((resolve) => onDrained.push(resolve)) : Promise.resolve();
    },
  };
}

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

interface ConnectionOptions {
  readonly bulk: boolean;
  /** How long another process's lock is waited for; the event loop goes on meanwhile. */
  readonly patienceMs: number;
}

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
  const closed = (): StoreError => new StoreError(`the database ${file} is closed`, 'other');
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
          const isBusy = fault instanceof StoreError && fault.kind === 'busy';
          if (!isBusy || performance.now() - since >= patienceMs) throw fault;
          await sleep(retryMs);
        }
      }
    },
    write(change) {
      if (closing) return Promise.reject(closed());
      if (db.readonly) {
        return Promise.reject(
          new StoreError(`the database ${file} was opened for reading only`, 'read-only'),
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
