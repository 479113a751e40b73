import pg, { type Pool, type PoolClient } from 'pg';
import { StoreFault } from '../store.js';
import { destroySocket } from './connect.js';

export interface WriterOptions {
  readonly pool: Pool;
  readonly faultOf: (error: unknown) => unknown;
  /** How many changes share a transaction at most. */
  readonly maxChanges?: number;
  /** How long a transaction may take, from asking for a connection to the answer to its COMMIT. 15 s by default. */
  readonly limitMs?: number;
}

export interface Writer {
  write<T>(change: (client: PoolClient) => Promise<T>): Promise<T>;
  drained(): Promise<void>;
}

interface Job {
  readonly run: (client: PoolClient) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** How often a change is tried that each time has to let another program's pass. */
const attempts = 10;

/** A deadlock, or two changes that can't be put one after the other. */
const wasPassed = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code?.startsWith('40') === true;

/** A ROLLBACK that takes longer than this goes to a server that does not answer. */
const rollbackLimitMs = 2_000;

/**
 * Changes in the order they were asked for, those that wait together in one transaction: a commit waits for the
 * server's disk. A promise resolves after its transaction was committed.
 */
export function createWriter({ pool, faultOf, maxChanges = 64, limitMs = 15_000 }: WriterOptions): Writer {
  const waiting: Job[] = [];
  let turning: Promise<void> | null = null;

  const transaction = async (jobs: readonly Job[]): Promise<unknown[]> => {
    const startedAt = performance.now();
    const client = await pool.connect();
    let unusable = true;
    try {
      const work = async (): Promise<unknown[]> => {
        // The server gives up too: a change that nobody waits for any more must not keep its locks.
        await client.query(`BEGIN; SET LOCAL statement_timeout = ${limitMs}`);
        const results: unknown[] = [];
        for (const job of jobs) results.push(await job.run(client));
        await client.query('COMMIT');
        return results;
      };
      const results = await within(limitMs - (performance.now() - startedAt), 'transaction', work());
      unusable = false;
      return results;
    } catch (error) {
      // Only a server that has just answered is asked to roll back; the others notice that the connection is gone.
      if (error instanceof pg.DatabaseError)
        unusable = await within(rollbackLimitMs, 'rollback', client.query('ROLLBACK')).then(
          () => false,
          () => true,
        );
      throw error;
    } finally {
      client.release(unusable);
      if (unusable) destroySocket(client);
    }
  };

  const commit = async (jobs: readonly Job[], attempt = 1): Promise<void> => {
    try {
      const results = await transaction(jobs);
      jobs.forEach((job, index) => {
        job.resolve(results[index]);
      });
    } catch (error) {
      const fault = faultOf(error);
      // One bad change must not take its neighbours with it; a server that is gone fails them all alike.
      const mediumFailed = fault instanceof StoreFault && !['other', 'busy'].includes(fault.kind);
      if (jobs.length > 1 && !mediumFailed) for (const job of jobs) await commit([job]);
      // Another program's transaction was in the way of ours, and the server let that one pass.
      else if (wasPassed(error) && attempt < attempts) await commit(jobs, attempt + 1);
      else for (const job of jobs) job.reject(fault);
    }
  };
  const turn = async (): Promise<void> => {
    // What is asked for in the same turn of the event loop goes together.
    await new Promise(setImmediate);
    while (waiting.length > 0) await commit(waiting.splice(0, maxChanges));
    turning = null;
  };
  return {
    write<T>(change: (client: PoolClient) => Promise<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        waiting.push({ run: change, resolve: resolve as (value: unknown) => void, reject });
        turning ??= turn();
      });
    },
    drained: () => turning ?? Promise.resolve(),
  };
}

/** Rejects when the work takes longer; what it gives or throws after that is dropped. */
async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`timeout: no answer to a ${what} within ${(ms / 1000).toFixed(1)} s`));
    }, ms);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
