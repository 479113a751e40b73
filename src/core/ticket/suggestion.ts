import type { EpochMs, PathId } from '../types.js';
import type { Ticket } from './report.js';

export const suggestedMetrics = ['latency', 'loss'] as const;
export type SuggestedMetric = (typeof suggestedMetrics)[number];

/** A held round by its bands. A round that is missing is none: it is neither worse nor normal. */
export interface BandedRound {
  readonly slot: EpochMs;
  /** The metrics whose band is not the best one. */
  readonly worse: readonly SuggestedMetric[];
}

/** That a path asks for a report: for so many rounds in a row a band was worse than normal. */
export interface Suggestion {
  readonly path: PathId;
  readonly firstSlot: EpochMs;
  readonly lastSlot: EpochMs;
  readonly metrics: readonly SuggestedMetric[];
  readonly raisedAt: EpochMs;
  /** The first round that was normal again; null: it goes on. */
  readonly endedSlot: EpochMs | null;
}

interface FollowInput {
  readonly path: PathId;
  /** The one that goes on now. */
  readonly open: Suggestion | null;
  /** Held rounds, newest first. */
  readonly rounds: readonly BandedRound[];
  readonly afterRounds: number;
  readonly now: EpochMs;
}

/** The suggestion as it is after the newest round, where that changes something; null: nothing is new. */
export function followSuggestion(input: FollowInput): Suggestion | null {
  const { path, open, rounds, afterRounds, now } = input;
  const newest = rounds[0];
  if (!newest) return null;
  if (open) {
    if (newest.slot <= open.lastSlot) return null;
    if (newest.worse.length === 0) return { ...open, endedSlot: newest.slot };
    return { ...open, lastSlot: newest.slot, metrics: metricsOf([newest.worse, open.metrics]) };
  }
  const normal = rounds.findIndex(({ worse }) => worse.length === 0);
  const run = normal < 0 ? rounds : rounds.slice(0, normal);
  const first = run.at(-1);
  if (!first || run.length < afterRounds) return null;
  const metrics = metricsOf(run.map(({ worse }) => worse));
  return { path, firstSlot: first.slot, lastSlot: newest.slot, metrics, raisedAt: now, endedSlot: null };
}

const metricsOf = (lists: readonly (readonly SuggestedMetric[])[]): SuggestedMetric[] =>
  suggestedMetrics.filter((metric) => lists.some((list) => list.includes(metric)));

/** How far a promise has run. */
export interface TargetClock {
  readonly targetMs: number;
  readonly elapsedMs: number;
  /** Negative: it is over by so much. */
  readonly leftMs: number;
  readonly running: boolean;
  /** Null while it runs and is not over. */
  readonly met: boolean | null;
  /** When it is over, as it runs now; null while it is paused. */
  readonly dueAt: EpochMs | null;
}

interface TargetClocks {
  /** From the filing to the first one who takes it. */
  readonly firstResponse: TargetClock | null;
  /** From the filing until it is resolved; a report that is opened again goes on where it stood. */
  readonly repair: TargetClock | null;
}

/** What is left of the targets; null where nothing is promised, and of a repair that was refused. */
export function targetClocks(report: Ticket, now: EpochMs): TargetClocks {
  const { firstResponseMs = null, repairMs = null } = report.targets ?? {};
  return {
    firstResponse:
      firstResponseMs === null || report.state === 'withdrawn'
        ? null
        : response(report, firstResponseMs, now),
    repair: repairMs === null || isVoid(report) ? null : repair(report, repairMs, now),
  };
}

const isVoid = ({ state }: Ticket): boolean => state === 'rejected' || state === 'withdrawn';

function response({ history, filedAt }: Ticket, targetMs: number, now: EpochMs): TargetClock {
  // A rejection answers the customer too.
  const answered = history.find(({ state }) => state !== 'filed')?.at ?? null;
  const elapsedMs = (answered ?? now) - filedAt;
  return clock(targetMs, elapsedMs, answered === null, now);
}

function repair({ history }: Ticket, targetMs: number, now: EpochMs): TargetClock {
  let elapsedMs = 0;
  let since: EpochMs | null = null;
  for (const { at, state } of history) {
    const stands =
      state === 'resolved' || state === 'closed' || state === 'rejected' || state === 'withdrawn';
    if (stands && since !== null) {
      elapsedMs += at - since;
      since = null;
    } else if (!stands) since ??= at;
  }
  const running = since !== null;
  return clock(targetMs, elapsedMs + (since === null ? 0 : now - since), running, now);
}

function clock(targetMs: number, elapsedMs: number, running: boolean, now: EpochMs): TargetClock {
  const leftMs = targetMs - elapsedMs;
  const met = leftMs < 0 ? false : running ? null : true;
  return { targetMs, elapsedMs, leftMs, running, met, dueAt: running ? now + leftMs : null };
}
