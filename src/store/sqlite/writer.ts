import type Database from 'better-sqlite3';
import { StoreFault } from '../store.js';
import type { OpenFile } from './open-file.js';

export interface WriterOptions {
  readonly db: Database.Database;
  readonly faultOf: (error: unknown) => unknown;
  readonly openFile: OpenFile;
  /** How long a change waits for another process's lock. */
  readonly patienceMs: number;
  /** How many changes share a transaction at most: bounds how long the event loop waits for one. */
  readonly maxChanges?: number;
}

export interface Writer {
  write<T>(change: () => T): Promise<T>;
  drained(): Promise<void>;
}

interface Job {
  readonly since: number;
  readonly run: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

function failWhere(fault: StoreFault | null): void {
  if (fault !== null) throw fault;
}

/** The lock is asked for again after this: SQLite's own waiting would hold up the event loop. */
const retryMs = 25;

/**
 * Changes in the order they were asked for, those of one turn of the event loop in one transaction: a commit waits for
 * the disk, and many rounds end within the same tick. A promise resolves after its transaction was committed.
 */
export function createWriter({ db, faultOf, openFile, patienceMs, maxChanges = 32 }: WriterOptions): Writer {
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
      const mediumFailed = fault instanceof StoreFault && fault.kind !== 'other';
      if (jobs.length > 1 && !mediumFailed) return jobs.flatMap((job) => commit([job]));
      const isBusy = fault instanceof StoreFault && fault.kind === 'busy';
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
