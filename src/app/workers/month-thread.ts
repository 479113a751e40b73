import { setImmediate as turn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { Config } from '../../config/config.js';
import { staleWhileRevalidate } from '../../services/cache.js';
import { judgeHere } from '../../services/months/impact.js';
import { cachedLedger } from '../../store/ledger-cache.js';
import { openStore } from '../store.js';
import type { JudgeReply, JudgeRequest, JudgeResult, JudgeTask } from './month-messages.js';

/** A thread that judges months, one thing after the other, from a store that it reads only. */
const { software, config: first } = workerData as { readonly software: string; readonly config: Config };
const database = await openStore(first, { readOnly: true });
const store = { ...database, ledger: cachedLedger(database.ledger) };
let state: { config: Config; basis: string; now: number } = { config: first, basis: '', now: 0 };
const now = () => state.now;
const judging = judgeHere({ store, config: () => state.config, now, software });
/** Two months: the one that runs, and the one that is being looked at. */
const drawn = staleWhileRevalidate({
  make: (month: string) => judging.draw(month, [], true),
  now,
  freshMs: 60_000,
  most: 2,
  basis: () => Promise.resolve(state.basis),
});
const batch = 20;
const tell = (reply: JudgeReply): void => parentPort?.postMessage(reply);

let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (request: JudgeRequest) => {
  last = last.then(() => answer(request));
});

async function answer({ id, task, config, basis, now: at }: JudgeRequest): Promise<void> {
  state = { config: config ?? state.config, basis, now: at };
  try {
    tell({ id, result: await judge(id, task) });
  } catch (error) {
    tell({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

async function judge(id: number, task: JudgeTask): Promise<JudgeResult> {
  switch (task.kind) {
    case 'availability':
      return { kind: 'availability', month: await judging.availability(task.month) };
    case 'impact':
      return { kind: 'impact', impacts: await judging.impact(task.id) };
    case 'draw': {
      const month = task.fresh ? await judging.draw(task.month, [], true) : await drawn(task.month);
      const wanted = task.services.filter((service) => month.services.includes(service));
      for (let from = 0; from < wanted.length; from += batch) {
        tell({ id, documents: wanted.slice(from, from + batch).map((service) => month.draft(service)) });
        await turn();
      }
      return { kind: 'draw', services: month.services, unjudged: month.unjudged };
    }
  }
}
