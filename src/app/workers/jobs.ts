import { Worker } from 'node:worker_threads';
import type { Config } from '../../config/config.js';
import type { EpochMs } from '../../core/types.js';
import type { Jobs } from '../../http/contract/evaluate.js';
import { TooManyRequestsError, UnavailableError } from '../../http/problem.js';
import { type Answers, toTransferable, type Task } from './job-tasks.js';

interface JobsOptions {
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** The version of this program. */
  readonly software: string;
  /** What the threads run. */
  readonly entry?: URL;
}

/** A queue for each kind of work, so that none waits for another's. */
export function createJobs(options: JobsOptions): Jobs & { close(): Promise<void> } {
  const { config, now, software } = options;
  const entry = options.entry ?? new URL('./job-thread.js', import.meta.url);
  const limits = { entry, limitMs: 120_000, mostWaiting: 8, memoryMb: 1024 };
  const evaluate = createThread({ ...limits, name: 'evaluate' });
  const evidence = createThread({ ...limits, name: 'evidence' });
  const verify = createThread({ ...limits, name: 'verify' });
  const inThread = <K extends Task['kind']>(
    thread: typeof evaluate,
    task: Extract<Task, { kind: K }>,
  ): Promise<Answers[K]> => thread.run(task);
  return {
    evaluate: (task) => inThread<'evaluate'>(evaluate, { kind: 'evaluate', ...task }),
    async evidence(task) {
      const asked = {
        kind: 'evidence',
        ...task,
        config: toTransferable(config()),
        now: now(),
        software,
      } as const;
      const answer = await inThread<'evidence'>(evidence, asked);
      if ('unavailable' in answer) throw new UnavailableError(answer.unavailable);
      return answer;
    },
    verify: (task) => inThread<'verify'>(verify, { kind: 'verify', ...task, software }),
    close: async () => {
      await Promise.all([evaluate.close(), evidence.close(), verify.close()]);
    },
  };
}

interface ThreadOptions {
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

interface Thread {
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
        reject(new UnavailableError('the daemon stops'));
        return;
      }
      const worker = new Worker(entry, {
        workerData: task,
        resourceLimits: { maxOldGenerationSizeMb: memoryMb },
      });
      running = worker;
      const tooLong = setTimeout(() => {
        reject(new UnavailableError(`${name} took longer than ${limitMs / 1000} s; allowed: less at once`));
        void worker.terminate();
      }, limitMs);
      worker.once('message', resolve);
      worker.once('error', (error: NodeJS.ErrnoException) => {
        const tooLarge = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        reject(
          tooLarge
            ? new UnavailableError(`${name} took more than ${memoryMb} MB; allowed: less at once`)
            : error,
        );
      });
      worker.once('exit', () => {
        clearTimeout(tooLong);
        running = null;
        reject(new UnavailableError(`${name} was ended`));
      });
    });
  return {
    run: <T>(task: object) => {
      if (inside > mostWaiting) {
        return Promise.reject(
          new TooManyRequestsError(
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
