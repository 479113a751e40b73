import { Worker } from 'node:worker_threads';

/** Counts in a thread of its own, whose sleep is exact and which a busy test does not hold up. */
const work = `
  const { workerData, parentPort } = require('node:worker_threads');
  const { pid, runMs, restMs, until } = workerData;
  const ended = new Int32Array(until);
  const wait = (ms) => Atomics.wait(ended, 0, 0, ms) === 'timed-out';
  try {
    do process.kill(pid, 'SIGSTOP');
    while (wait(restMs) && (process.kill(pid, 'SIGCONT'), wait(runMs)));
    process.kill(pid, 'SIGCONT');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
`;

export interface Starving {
  /** The process has all of its time again. */
  end(): Promise<void>;
}

/**
 * Lets a process run for a few milliseconds in each tenth of a second only, as the scheduler of a machine does on which
 * many others want the processors; and no other test is slowed down by it.
 */
export function starve(pid: number, runMs: number): Starving {
  const until = new SharedArrayBuffer(4);
  const worker = new Worker(work, { eval: true, workerData: { pid, runMs, restMs: 100 - runMs, until } });
  const gone = new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => {
      resolve();
    });
  });
  gone.catch(() => undefined);
  return {
    end() {
      const words = new Int32Array(until);
      Atomics.store(words, 0, 1);
      Atomics.notify(words, 0);
      return gone;
    },
  };
}
