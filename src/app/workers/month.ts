import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Config } from '../../config/config.js';
import type { StatementDocument } from '../../core/statement/document.js';
import type { EpochMs } from '../../core/types.js';
import { withLedgerEntries } from '../../services/customers/in-force.js';
import { staleWhileRevalidate } from '../../services/cache.js';
import type { Judging } from '../../services/months/impact.js';
import type { Store } from '../../store/store.js';
import type { WorkerPool } from './pool.js';
import type { JudgeResult, JudgeTask } from './thread.js';

interface MonthJudgingOptions {
  readonly pool: Pick<WorkerPool, 'run'>;
  readonly store: Pick<Store, 'ledger'>;
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** The program version. */
  readonly software: string;
}

/** Everything that months are judged on except time: the configuration with the ledger's entries. */
interface Basis {
  /** A different one has a different name. */
  readonly name: string;
  readonly config: Config;
}

/**
 * Judges months in a thread: a month of a mesh takes seconds, and neither probes nor pages may wait for it. A judgement
 * is cached for a minute, or until something is entered.
 */
export function judgeInThread({ pool, store, config, now, software }: MonthJudgingOptions): Judging {
  let last: { readonly config: Config; readonly head: number; readonly basis: Promise<Basis> } | null = null;
  let bases = 0;
  let known = '';

  /** With the ledger's entries merged in: the function that merges them can't be sent. */
  const makeBasis = async (current: Config): Promise<Basis> => {
    const merged = withLedgerEntries(current, await store.ledger.events());
    return { name: String((bases += 1)), config: { ...merged, bookBase: null } };
  };
  const currentBasis = async (): Promise<Basis> => {
    const before = last;
    const current = config();
    const head = (await store.ledger.events({ after: before?.head ?? 0 })).at(-1)?.seq ?? before?.head ?? 0;
    if (last !== before) return currentBasis();
    if (before?.config !== current || before.head !== head)
      last = { config: current, head, basis: makeBasis(current) };
    return last?.basis ?? makeBasis(current);
  };
  const basis = async (): Promise<string> => (await currentBasis()).name;

  const ask = async (
    task: JudgeTask['task'],
  ): Promise<{ readonly result: JudgeResult; readonly documents: StatementDocument[] }> => {
    const on = await currentBasis();
    const send = (withConfig: boolean): ReturnType<typeof sent> => sent(task, on, withConfig);
    // A thread that was started since has no configuration: it says so.
    const first = await send(known !== on.name);
    const answer = first.result.kind === 'no-config' ? await send(true) : first;
    known = on.name;
    return answer;
  };
  const sent = async (task: JudgeTask['task'], on: Basis, withConfig: boolean) => {
    const { port1, port2 } = new MessageChannel();
    const documents = collect(port1);
    try {
      const result = await pool.run<JudgeResult>(
        'judge',
        {
          task,
          software,
          basis: on.name,
          now: now(),
          documents: port2,
          ...(withConfig && { config: on.config }),
        } satisfies JudgeTask,
        [port2],
      );
      return { result, documents: await documents(result.kind === 'draw' ? result.documents : 0) };
    } finally {
      port1.close();
    }
  };
  const cached = { basis, now, freshMs: 60_000, most: 12 };
  const availability = staleWhileRevalidate({
    ...cached,
    make: async (month) => {
      const { result } = await ask({ kind: 'availability', month });
      if (result.kind !== 'availability') throw new Error('the thread answered another question');
      return result.month;
    },
  });
  const impact = staleWhileRevalidate({
    ...cached,
    most: 100,
    make: async (id) => {
      const { result } = await ask({ kind: 'impact', id });
      if (result.kind !== 'impact') throw new Error('the thread answered another question');
      return result.impacts;
    },
  });
  return {
    availability,
    impact,
    async draw(month, services, fresh) {
      const { result, documents } = await ask({ kind: 'draw', month, services, fresh });
      if (result.kind !== 'draw') throw new Error('the thread answered another question');
      const drafts = new Map(documents.map((each) => [each.service, each]));
      return {
        services: result.services,
        unjudged: result.unjudged,
        draft: (service) => {
          const draft = drafts.get(service);
          if (!draft) throw new RangeError(`service ${service} has no day in ${month}`);
          return draft;
        },
      };
    },
  };
}

/** Collects documents from a port; the function that it returns waits until so many have come. */
function collect(port: MessagePort): (count: number) => Promise<StatementDocument[]> {
  const documents: StatementDocument[] = [];
  let arrived: () => void = () => undefined;
  port.on('message', (some: readonly StatementDocument[]) => {
    documents.push(...some);
    arrived();
  });
  return (count) =>
    new Promise((resolve, reject) => {
      port.once('close', () => {
        reject(new Error('the thread ended before all documents had come'));
      });
      arrived = () => {
        if (documents.length >= count) resolve(documents);
      };
      arrived();
    });
}
