import { Worker } from 'node:worker_threads';
import type { Config } from '../../config/config.js';
import type { StatementDocument } from '../../core/statement/document.js';
import type { EpochMs } from '../../core/types.js';
import { withLedgerEntries } from '../../services/customers/in-force.js';
import { staleWhileRevalidate } from '../../services/cache.js';
import type { Judging } from '../../services/months/impact.js';
import type { Store } from '../../store/store.js';
import type { JudgeReply, JudgeRequest, JudgeResult, JudgeTask } from './month-messages.js';

interface MonthWorkerOptions {
  readonly store: Pick<Store, 'ledger'>;
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** The version of this program. */
  readonly software: string;
  /** What the thread runs. */
  readonly entry?: URL;
  /** The thread ends when nothing was asked of it for so long. 5 min by default. */
  readonly idleMs?: number;
}

interface MonthWorker extends Judging {
  close(): Promise<void>;
}

interface Waiting {
  readonly documents: StatementDocument[];
  readonly resolve: (result: JudgeResult) => void;
  readonly reject: (error: Error) => void;
}

/** What everything is judged on but for time: another name, another book or ledger. */
interface Basis {
  readonly name: string;
  readonly config: Config;
}

/**
 * Judges in a thread of its own: a month of a mesh takes seconds, and probes and pages may not wait for it. What was
 * judged is kept for a minute, or until something was entered.
 */
export function startMonthWorker(options: MonthWorkerOptions): MonthWorker {
  const { store, config, now, software, idleMs = 300_000 } = options;
  const entry = options.entry ?? new URL('./month-thread.js', import.meta.url);
  const waiting = new Map<number, Waiting>();
  let worker: Worker | null = null;
  let sent: Basis | null = null;
  let last: { readonly config: Config; readonly head: number; readonly basis: Promise<Basis> } | null = null;
  let bases = 0;
  let next = 0;
  let idle: NodeJS.Timeout | undefined;

  /** The thread gets the book as it is in force: what merges it can't be sent. */
  const makeBasis = async (current: Config): Promise<Basis> => {
    const merged = withLedgerEntries(current, await store.ledger.events());
    return { name: String((bases += 1)), config: { ...merged, bookBase: null } };
  };
  const standsOn = async (): Promise<Basis> => {
    const before = last;
    const current = config();
    const head = (await store.ledger.events({ after: before?.head ?? 0 })).at(-1)?.seq ?? before?.head ?? 0;
    if (last !== before) return standsOn();
    if (before?.config !== current || before.head !== head)
      last = { config: current, head, basis: makeBasis(current) };
    return last?.basis ?? makeBasis(current);
  };
  const basis = async (): Promise<string> => (await standsOn()).name;
  const end = async (why: string): Promise<void> => {
    const ending = worker;
    worker = null;
    sent = null;
    for (const one of waiting.values()) one.reject(new Error(why));
    waiting.clear();
    await ending?.terminate();
  };
  const rest = (): void => {
    clearTimeout(idle);
    idle = setTimeout(() => {
      if (waiting.size === 0) void end('the thread that judges months rests');
    }, idleMs);
    idle.unref();
  };
  const hear = (reply: JudgeReply): void => {
    const one = waiting.get(reply.id);
    if (!one) return;
    if ('documents' in reply) {
      one.documents.push(...reply.documents);
      return;
    }
    waiting.delete(reply.id);
    rest();
    if ('result' in reply) one.resolve(reply.result);
    else one.reject(new Error(`a month could not be judged: ${reply.error}`));
  };
  const started = (on: Basis): Worker => {
    if (worker) return worker;
    const fresh = new Worker(entry, { workerData: { software, config: on.config } });
    const lost = (why: string) => () => {
      if (worker === fresh) void end(why);
    };
    fresh.on('message', hear);
    fresh.on('error', (error) => {
      lost(`the thread that judges months ended: ${error.message}`)();
    });
    fresh.on('exit', lost('the thread that judges months ended'));
    worker = fresh;
    sent = on;
    return fresh;
  };
  const ask = async (task: JudgeTask): Promise<{ result: JudgeResult; documents: StatementDocument[] }> => {
    const on = await standsOn();
    const thread = started(on);
    const documents: StatementDocument[] = [];
    const id = (next += 1);
    const done = new Promise<JudgeResult>((resolve, reject) => {
      waiting.set(id, { documents, resolve, reject });
    });
    const news = sent === on ? {} : { config: on.config };
    const request: JudgeRequest = { id, task, basis: on.name, now: now(), ...news };
    sent = on;
    thread.postMessage(request);
    return { result: await done, documents };
  };
  const kept = { basis, now, freshMs: 60_000, most: 12 };
  const availability = staleWhileRevalidate({
    ...kept,
    make: async (month) => {
      const { result } = await ask({ kind: 'availability', month });
      if (result.kind !== 'availability')
        throw new Error('the thread that judges months mixes up its answers');
      return result.month;
    },
  });
  const impact = staleWhileRevalidate({
    ...kept,
    most: 100,
    make: async (id) => {
      const { result } = await ask({ kind: 'impact', id });
      if (result.kind !== 'impact') throw new Error('the thread that judges months mixes up its answers');
      return result.impacts;
    },
  });
  return {
    availability,
    impact,
    async draw(month, services, fresh) {
      const { result, documents } = await ask({ kind: 'draw', month, services, fresh });
      if (result.kind !== 'draw') throw new Error('the thread that judges months mixes up its answers');
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
    async close() {
      clearTimeout(idle);
      await end('the daemon stops');
    },
  };
}
