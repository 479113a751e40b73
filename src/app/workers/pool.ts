import type { Transferable } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import type * as tasks from './thread.js';
import { Queue } from '../queue.js';
import { TooManyRequestsError, UnavailableError } from '../../http/problem.js';

/** What threads do, each by the function of `thread.ts` with its name. */
const kinds = [
  'judge',
  'report',
  'note',
  'evaluate',
  'evidence',
  'verify',
] as const satisfies (keyof typeof tasks)[];
type WorkKind = (typeof kinds)[number];

interface Limits {
  /** A task that takes longer, milliseconds, is ended; null: no limit. */
  readonly limitMs: number | null;
  /** The number of tasks that may wait beside the running ones. */
  readonly maxWaiting: number;
  /** How many run at a time; by default one. */
  readonly atOnce?: number;
}

const limitsOf: Record<WorkKind, Limits> = {
  judge: { limitMs: null, maxWaiting: 64 },
  // Two, so that one document that takes up to its limit holds up none of the others.
  report: { limitMs: 120_000, maxWaiting: 32, atOnce: 2 },
  note: { limitMs: 120_000, maxWaiting: 32 },
  evaluate: { limitMs: 120_000, maxWaiting: 8 },
  evidence: { limitMs: 120_000, maxWaiting: 8 },
  verify: { limitMs: 120_000, maxWaiting: 8 },
};

export interface PoolOptions {
  /** The module that threads run. */
  readonly entry?: URL;
  /** A thread without a task ends after this time. */
  readonly idleMs?: number;
  /** The heap of a thread. */
  readonly memoryMb?: number;
  readonly limits?: Partial<Record<WorkKind, Limits>>;
}

export interface WorkerPool {
  /**
   * Runs a task in a thread; as many of each kind at a time as its limits say, in order, so that no kind waits for another. Rejects with
   * `TooManyRequestsError` when too many wait, with `UnavailableError` when the task took too long or too much memory, or
   * the pool is closed.
   */
  run<T>(kind: WorkKind, task: object, transfer?: readonly Transferable[]): Promise<T>;
  /** Ends running tasks. */
  close(): Promise<void>;
}

/** Threads for what takes longer than a probe may wait. The library is loaded and the first thread started by the first task. */
export function createWorkerPool(options: PoolOptions = {}): WorkerPool {
  const { idleMs = 60_000, memoryMb = 1024 } = options;
  const entry = options.entry ?? new URL('./thread.js', import.meta.url);
  const limits = { ...limitsOf, ...options.limits };
  const queues = new Map(kinds.map((kind) => [kind, new Queue(limits[kind].atOnce ?? 1)]));
  const threads = [...queues.values()].reduce((all, { atOnce }) => all + atOnce, 0);
  let opened: Promise<Piscina> | null = null;
  let closed = false;
  const isClosed = (): boolean => closed;

  const open = async (): Promise<Piscina> => {
    const { Piscina } = await import('piscina');
    return new Piscina({
      filename: entry.href,
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: idleMs,
      maxQueue: threads,
      concurrentTasksPerWorker: 1,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
      // An idle thread with a store open has to serve its event loop.
      atomics: 'disabled',
      recordTiming: false,
    });
  };

  const once = async <T>(kind: WorkKind, task: object, transfer: readonly Transferable[]): Promise<T> => {
    const { limitMs } = limits[kind];
    if (closed) throw new UnavailableError('the daemon stops');
    const pool = await (opened ??= open());
    const signal = limitMs === null ? null : AbortSignal.timeout(limitMs);
    try {
      return (await pool.run(task, { name: kind, signal, transferList: [...transfer] })) as T;
    } catch (error) {
      throw isClosed() ? new UnavailableError('the daemon stops') : taskError(error, kind);
    }
  };

  const taskError = (error: unknown, kind: WorkKind): unknown => {
    if (!(error instanceof Error)) return error;
    const { code } = error as NodeJS.ErrnoException;
    const seconds = (limits[kind].limitMs ?? 0) / 1000;
    if (error.name === 'AbortError')
      return new UnavailableError(
        `${kind} took longer than ${seconds} s; allowed: less at once`,
        null,
        'took-too-long',
      );
    if (code === 'ERR_WORKER_OUT_OF_MEMORY')
      return new UnavailableError(
        `${kind} took more than ${memoryMb} MB; allowed: less at once`,
        null,
        'took-too-much-memory',
      );
    return error;
  };

  return {
    run: <T>(kind: WorkKind, task: object, transfer: readonly Transferable[] = []): Promise<T> => {
      const queue = queues.get(kind) ?? new Queue(1);
      if (queue.inside >= limits[kind].maxWaiting + queue.atOnce)
        return Promise.reject(
          new TooManyRequestsError(
            `${kind} is asked for ${queue.inside} times already; allowed: another one after a while`,
            10_000,
          ),
        );
      return queue.run(() => once<T>(kind, task, transfer));
    },
    async close() {
      closed = true;
      await (await opened)?.destroy();
      await Promise.all([...queues.values()].map((queue) => queue.empty()));
    },
  };
}
