import type Database from 'better-sqlite3';
import { StoreFault } from '../store.js';

export interface WriterOptions {
  readonly db: Database.Database;
  readonly faultOf: (error: unknown) => unknown;
  /** How many changes share a transaction at most: bounds how long the event loop waits for one. */
  readonly maxChanges?: number;
}

export interface Writer {
  write<T>(change: () => T): Promise<T>;
  drained(): Promise<void>;
}

interface Job {
  readonly run: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Changes in the order they were asked for, those of one turn of the event loop in one transaction: a commit waits for
 * the disk, and many rounds end within the same tick. A promise resolves after its transaction was committed.
 */
export function createWriter({ db, faultOf, maxChanges = 32 }: WriterOptions): Writer {
  const waiting: Job[] = [];
  const onDrained: (() => void)[] = [];
  let scheduled = false;

  const together = db.transaction((jobs: readonly Job[]) => jobs.map((job) => job.run()));

  const commit = (jobs: readonly Job[]): void => {
    let results: unknown[];
    try {
      results = together.immediate(jobs);
    } catch (error) {
      const fault = faultOf(error);
      // One bad change must not take its neighbours with it; a bad disk fails them all alike.
      const mediumFailed = fault instanceof StoreFault && fault.kind !== 'other';
      if (jobs.length > 1 && !mediumFailed) for (const job of jobs) commit([job]);
      else for (const job of jobs) job.reject(fault);
      return;
    }
    jobs.forEach((job, index) => {
      job.resolve(results[index]);
    });
  };
  const turn = (): void => {
    commit(waiting.splice(0, maxChanges));
    scheduled = waiting.length > 0;
    if (scheduled) setImmediate(turn);
    else for (const resolve of onDrained.splice(0)) resolve();
  };
  return {
    write<T>(change: () => T): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        waiting.push({ run: change, resolve: resolve as (value: unknown) => void, reject });
        if (!scheduled) setImmediate(turn);
        scheduled = true;
      });
    },
    drained() {
      return scheduled ? new Promise((resolve) => onDrained.push(resolve)) : Promise.resolve();
    },
  };
}
