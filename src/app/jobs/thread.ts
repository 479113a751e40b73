import { Worker } from 'node:worker_threads';
import { TooMany, Unavailable } from '../../http/problem.js';

export interface ThreadOptions {
  /** What the thread runs. */
  readonly entry: URL;
  /** What it does, for people: `evidence`. */
  readonly name: string;
  /** Longer than this none of it may take. */
  readonly limitMs: number;
  /** So many may wait beside the one that is under way. */
  readonly mostWaiting: number;
  readonly memoryMb: number;
}

export interface Thread {
  /** One at a time. Rejects with `TooMany` or `Unavailable`. */
  run<T>(task: object): Promise<T>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

/** Does one thing after another, each in a thread of its own that ends with it. */
export function createThread({ entry, name, limitMs, mostWaiting, memoryMb }: ThreadOptions): Thread {
  let last: Promise<unknown> = Promise.resolve();
  let inside = 0;
  let closed = false;
  let running: Worker | null = null;
  const once = <T>(task: object): Promise<T> =>
    new Promise((resolve, reject) => {
      if (closed) {
        reject(new Unavailable('the daemon stops'));
        return;
      }
      const worker = new Worker(entry, {
        workerData: task,
        resourceLimits: { maxOldGenerationSizeMb: memoryMb },
      });
      running = worker;
      const tooLong = setTimeout(() => {
        reject(new Unavailable(`${name} took longer than ${limitMs / 1000} s; allowed: less at once`));
        void worker.terminate();
      }, limitMs);
      worker.once('message', resolve);
      worker.once('error', (error: NodeJS.ErrnoException) => {
        const tooLarge = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        reject(
          tooLarge ? new Unavailable(`${name} took more than ${memoryMb} MB; allowed: less at once`) : error,
        );
      });
      worker.once('exit', () => {
        clearTimeout(tooLong);
        running = null;
        reject(new Unavailable(`${name} was ended`));
      });
    });
  return {
    run: <T>(task: object) => {
      if (inside > mostWaiting) {
        return Promise.reject(
          new TooMany(
            `${name} is asked for ${inside} times already; allowed: another one after a while`,
            10_000,
          ),
        );
      }
      inside += 1;
      const mine = last.then(() => once<T>(task));
      last = mine
        .catch(() => undefined)
        .finally(() => {
          inside -= 1;
        });
      return mine;
    },
    async close() {
      closed = true;
      await running?.terminate();
      await last;
    },
  };
}
