import type { Config } from '../../config/config.js';
import type { EpochMs } from '../../core/types.js';
import type { Jobs } from '../../http/contract/jobs.js';
import { Unavailable } from '../../http/problem.js';
import { packConfig } from './travel.js';
import type { Answers, Task } from './tasks.js';
import { createThread } from './thread.js';

export interface JobsOptions {
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
  const entry = options.entry ?? new URL('./worker.js', import.meta.url);
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
        config: packConfig(config()),
        now: now(),
        software,
      } as const;
      const answer = await inThread<'evidence'>(evidence, asked);
      if ('unavailable' in answer) throw new Unavailable(answer.unavailable);
      return answer;
    },
    verify: (task) => inThread<'verify'>(verify, { kind: 'verify', ...task, software }),
    close: async () => {
      await Promise.all([evaluate.close(), evidence.close(), verify.close()]);
    },
  };
}
