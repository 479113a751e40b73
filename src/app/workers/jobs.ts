import type { Config } from '../../config/config.js';
import type { EpochMs } from '../../core/types.js';
import type { Jobs } from '../../http/contract/evaluate.js';
import { UnavailableError } from '../../http/problem.js';
import { type Answers, toTransferable, type Task } from './job-tasks.js';
import type { WorkerPool } from './pool.js';

interface JobsOptions {
  readonly pool: Pick<WorkerPool, 'run'>;
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** The program version. */
  readonly software: string;
}

/** Evaluates cases, and makes and verifies evidence packs, in threads. */
export function createJobs({ pool, config, now, software }: JobsOptions): Jobs {
  const run = <K extends Task['kind']>(task: Extract<Task, { kind: K }>): Promise<Answers[K]> =>
    pool.run(task.kind, task);
  return {
    evaluate: (task) => run<'evaluate'>({ kind: 'evaluate', ...task }),
    async evidence(task) {
      const transferable = toTransferable(config());
      const answer = await run<'evidence'>({
        kind: 'evidence',
        ...task,
        config: transferable,
        now: now(),
        software,
      });
      if ('unavailable' in answer) throw new UnavailableError(answer.unavailable);
      return answer;
    },
    verify: (task) => run<'verify'>({ kind: 'verify', ...task, software }),
  };
}
