import type Database from 'better-sqlite3';
import { type BigIntStats, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { taskQueue } from '../ledger-cache.js';
import {
  builders,
  type Query,
  type Result,
  type Runnable,
  type Script,
  type SqlDatabase,
  statementOf,
} from '../sql/database.js';
import { StoreError } from '../store.js';
import { toStoreError } from './errors.js';

/** Checks whether the files that a connection has open are still those that the next one will open by name. */
interface OpenFile {
  /** The error to reject a write with; null while written data can be found again. */
  check(): StoreError | null;
  /** A commit succeeded: the journal has at least its present length from now on. */
  committed(): void;
}

const frameHeaderBytes = 24;
const journalHeaderBytes = 32;

const look = (path: string): BigIntStats | null =>
  statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
const isSame = (a: BigIntStats, b: BigIntStats): boolean => a.dev === b.dev && a.ino === b.ino;

/** SQLite silently continues to write into a file that was deleted or replaced, so each write checks first. */
function openFile(db: Database.Database, file: string): OpenFile {
  if (db.memory) return { check: () => null, committed: () => undefined };
  const identity = look(file);
  let journal = look(`${file}-wal`);

  const replaced = (what: string): StoreError =>
    new StoreError(`${what} while the daemon had it open: what it writes now would be lost`, 'replaced');

  /** Another process may truncate the journal after a checkpoint; data that was not checkpointed is lost then. */
  const isCutShort = (size: bigint): boolean => {
    try {
      const [state] = db.pragma('wal_checkpoint(PASSIVE)') as { log: number; checkpointed: number }[];
      if (state === undefined || state.log <= 0) return false;
      const pageBytes = Number(db.pragma('page_size', { simple: true }));
      const needed = journalHeaderBytes + state.log * (frameHeaderBytes + pageBytes);
      return state.checkpointed < state.log && size < BigInt(needed);
    } catch {
      return true; // frames that are to be checkpointed are missing
    }
  };

  return {
    check() {
      const now = look(file);
      if (now === null) return replaced(`the database ${file} was deleted`);
      if (identity !== null && !isSame(now, identity))
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
  /** How long a change waits for another process's lock, milliseconds. */
  readonly patienceMs: number;
  /** The most changes in a transaction, which bounds how long one blocks the event loop. */
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

/** The lock is requested again after this, milliseconds: SQLite's own waiting would block the event loop. */
const retryMs = 25;

/**
 * Runs changes in the order they were requested, those of one turn of the event loop in one transaction: a commit waits
 * for the disk, and many rounds end within the same tick. A promise resolves after its transaction was committed.
 */
function createWriter({ db, faultOf, openFile, patienceMs, maxChanges = 32 }: WriterOptions): Writer {
  const waiting: Job[] = [];
  const onDrained: (() => void)[] = [];
  let scheduled = false;

  const together = db.transaction((jobs: readonly Job[]) => jobs.map((job) => job.run()));

  /** Returns the jobs to retry, because another process holds the lock and their waiting time is not over. */
  const commit = (jobs: readonly Job[]): Job[] => {
    let results: unknown[];
    try {
      failWhere(openFile.check());
      results = together.immediate(jobs);
      // The file may be gone meanwhile: data that no other process will find must not be reported as stored.
      failWhere(openFile.check());
      openFile.committed();
    } catch (error) {
      const fault = faultOf(error);
      // One invalid change must not make the others fail; a bad disk makes all of them fail alike.
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

/** The connection that every group of queries uses. */
export interface Connection {
  readonly db: Database.Database;
  /** The absolute path of the database file. */
  readonly file: string;
  /** Runs a query at once, in one snapshot; rejects with a `StoreError`. */
  readonly read: <T>(query: () => T) => Promise<T>;
  /** Runs a change in the next transaction and resolves when that is on disk. */
  readonly write: <T>(change: () => T) => Promise<T>;
  /** Resolves when every change requested so far has completed. */
  readonly drained: () => Promise<void>;
  /** Rejects new changes, completes the requested ones, and closes the file. */
  readonly close: () => Promise<void>;
}

/**
 * The same connection for what people enter: little, and nobody could write it again. A change is in the database file
 * itself when its promise resolves, so that a journal which another program cuts or deletes takes nothing of it along.
 */
export function writtenThrough(on: Connection): Connection {
  const { db } = on;
  const changes = db.prepare<[], number>('SELECT total_changes()').pluck();
  const write: Connection['write'] = async (change) => {
    const { result, isChanged } = await on.write(() => {
      const before = changes.get();
      return { result: change(), isChanged: changes.get() !== before };
    });
    try {
      // The outbox is asked every other second, and mostly there is nothing: a checkpoint waits for the disk.
      if (isChanged && db.open) db.pragma('wal_checkpoint(PASSIVE)');
    } catch {
      // It is in the journal, and the next checkpoint takes it along.
    }
    return result;
  };
  return Object.assign({}, on, { write });
}

interface ConnectionOptions {
  readonly bulk: boolean;
  /** How long to wait for another process's lock, milliseconds, without blocking the event loop. */
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
    faultOf: (error) => toStoreError(error, file),
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
          const fault = toStoreError(error, file);
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
          db.pragma('wal_checkpoint(TRUNCATE)'); // closing would not checkpoint while a reader has the file open
        } catch {
          // For example for want of space: what the journal holds is safe there, and the next start finds it.
        }
      }
      db.close();
    },
  };
}

/** How many statements of the query builder are kept prepared; a list of values in a query makes another statement. */
const maxPrepared = 500;

/** Runs a script within the caller's transaction, without a pause. */
type ScriptRunner = <T>(script: Script<T>) => T;

function scriptRunner(db: Database.Database): {
  run: ScriptRunner;
  execute: (query: Query<unknown>) => Result;
} {
  const prepared = new Map<string, Database.Statement>();
  const execute = ({ sql, parameters }: Query<unknown>): Result => {
    let statement = prepared.get(sql);
    if (statement === undefined) {
      statement = db.prepare(sql);
      if (prepared.size >= maxPrepared) prepared.clear();
      prepared.set(sql, statement);
    }
    if (!statement.reader) return { rows: [], changes: statement.run(parameters).changes };
    const rows = statement.all(parameters);
    return { rows, changes: rows.length };
  };
  const run: ScriptRunner = (script) => {
    let step = script.next();
    while (step.done !== true) {
      let result: Result;
      try {
        result = execute(step.value);
      } catch (error) {
        step = script.throw(error);
        continue;
      }
      step = script.next(result);
    }
    return step.value;
  };
  return { run, execute };
}

/** The database for the queries that both databases share. */
export interface SqliteDatabase extends SqlDatabase {
  readonly run: ScriptRunner;
}

export function sqlDatabase({ db, read, write }: Pick<Connection, 'db' | 'read' | 'write'>): SqliteDatabase {
  const { run, execute } = scriptRunner(db);
  const inTurn = taskQueue();
  return {
    dialect: 'sqlite',
    from: builders.sqlite(),
    run,
    read: <Row>(query: Runnable<Row>) => {
      const statement = statementOf(query);
      return read(() => execute(statement).rows as Row[]);
    },
    snapshot: (script) => read(() => run(script())),
    change: (query) => {
      const statement = statementOf(query);
      return write(() => execute(statement).changes);
    },
    write: (script) => write(() => run(script())),
    // One transaction writes at a time.
    *lock() {},
    erasure: {
      // Erased data must not remain in free pages of the file.
      *begin() {
        yield { sql: 'PRAGMA secure_delete = ON', parameters: [] };
      },
      // Nor in the journal, unless a reader prevents the checkpoint.
      complete() {
        try {
          db.pragma('wal_checkpoint(TRUNCATE)');
        } catch {
          // A writer is active: its checkpoint follows.
        }
        return Promise.resolve();
      },
    },
    inTurn: (_, work) => inTurn(work),
  };
}
