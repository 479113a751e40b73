import { setImmediate as turn } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import type { Config } from '../../config/config.js';
import type { NoteFormat } from '../../core/billing/batch.js';
import type { EpochMs } from '../../core/types.js';
import type { AvailabilityJson } from '../../render/availability.js';
import { renderNote } from '../../render/note/files.js';
import type { NoteSource } from '../../render/note/source.js';
import { renderReport, type ReportContent, type ReportFormat } from '../../render/report/formats.js';
import type { Report } from '../../render/report/report.js';
import type { ReportLanguage } from '../../i18n/languages.js';
import { staleWhileRevalidate } from '../../services/cache.js';
import { type Impact, judgeHere } from '../../services/months/impact.js';
import { cachedLedger } from '../../store/ledger-cache.js';
import { openStore } from '../store.js';
import type { Answers, Task } from './job-tasks.js';
import { work } from './job-tasks.js';

/** The tasks that a thread of the pool does, each by the function with its kind's name. */

interface RenderTask {
  readonly report: Report;
  readonly format: ReportFormat;
  /** The statements by default. */
  readonly content?: ReportContent;
  readonly language: ReportLanguage;
}

export interface Rendered {
  readonly bytes: Uint8Array;
  /** The characters that no typeface has, as `U+1E900`. */
  readonly unsettable: readonly string[];
}

export async function report({ report: given, format, language, content }: RenderTask): Promise<Rendered> {
  const unsettable: string[] = [];
  const bytes = await renderReport(given, format, language, {
    ...(content && { content }),
    onUnsettable: (codes) => unsettable.push(...codes),
  });
  return { bytes, unsettable };
}

interface NoteTask {
  readonly source: NoteSource;
  readonly format: NoteFormat;
  readonly language: ReportLanguage;
}

export async function note({ source, format, language }: NoteTask): Promise<Rendered> {
  const unsettable: string[] = [];
  const bytes = await renderNote(source, format, language, (codes) => unsettable.push(...codes));
  return { bytes, unsettable };
}

export const evaluate = (task: Task): Promise<Answers[Task['kind']]> => work(task);
export const evidence = evaluate;
export const verify = evaluate;

export interface JudgeTask {
  readonly task:
    | { readonly kind: 'availability'; readonly month: string }
    | { readonly kind: 'impact'; readonly id: string }
    | {
        readonly kind: 'draw';
        readonly month: string;
        readonly services: readonly string[];
        readonly fresh: boolean;
      };
  readonly software: string;
  /** Identifies everything that is judged on except time. */
  readonly basis: string;
  /** Absent: the thread has the configuration of this basis already. */
  readonly config?: Config;
  readonly now: EpochMs;
  /** Receives the documents, some at a time, so that the main thread never reads all of them at once. */
  readonly documents: MessagePort;
}

export type JudgeResult =
  /** The thread does not have the configuration of this basis: ask again with it. */
  | { readonly kind: 'no-config' }
  | { readonly kind: 'availability'; readonly month: AvailabilityJson }
  | { readonly kind: 'impact'; readonly impacts: Impact[] }
  | {
      readonly kind: 'draw';
      readonly services: readonly string[];
      readonly unjudged: ReadonlyMap<string, string>;
      /** The number of documents that were sent. */
      readonly documents: number;
    };

/** What a thread that has judged before reuses: the store, which it reads only, and two judged months. */
interface Judge {
  config: Config;
  basis: string;
  now: EpochMs;
  readonly judging: ReturnType<typeof judgeHere>;
  readonly drawn: (month: string) => ReturnType<ReturnType<typeof judgeHere>['draw']>;
}

let judgeOfThread: Judge | null = null;

async function openJudge({ software, basis, now }: JudgeTask, config: Config): Promise<Judge> {
  const database = await openStore(config, { readOnly: true });
  const store = { ...database, ledger: cachedLedger(database.ledger) };
  const clock = (): EpochMs => judge.now;
  const judging = judgeHere({ store, config: () => judge.config, now: clock, software });
  const judge: Judge = {
    config,
    basis,
    now,
    judging,
    // Two months: the one in progress, and the one that is being looked at.
    drawn: staleWhileRevalidate({
      make: (month: string) => judging.draw(month, [], true),
      now: clock,
      freshMs: 60_000,
      most: 2,
      basis: () => Promise.resolve(judge.basis),
    }),
  };
  return judge;
}

const batch = 20;

export async function judge(asked: JudgeTask): Promise<JudgeResult> {
  const { task, basis, config, now, documents } = asked;
  if (config === undefined && judgeOfThread?.basis !== basis) return { kind: 'no-config' };
  if (judgeOfThread === null) {
    if (config === undefined) return { kind: 'no-config' };
    judgeOfThread = await openJudge(asked, config);
  }
  const current = judgeOfThread;
  current.config = config ?? current.config;
  current.basis = basis;
  current.now = now;
  switch (task.kind) {
    case 'availability':
      return { kind: 'availability', month: await current.judging.availability(task.month) };
    case 'impact':
      return { kind: 'impact', impacts: await current.judging.impact(task.id) };
    case 'draw': {
      const { month, fresh } = task;
      const drawn = fresh ? await current.judging.draw(month, [], true) : await current.drawn(month);
      const wanted = task.services.filter((service) => drawn.services.includes(service));
      for (let from = 0; from < wanted.length; from += batch) {
        documents.postMessage(wanted.slice(from, from + batch).map((service) => drawn.draft(service)));
        await turn();
      }
      const { services, unjudged } = drawn;
      return { kind: 'draw', services, unjudged, documents: wanted.length };
    }
  }
}
