import type { EpochMs } from '../types.js';
import type { FaultReport } from './report.js';

/** How far a promise has run. */
export interface TargetClock {
  readonly targetMs: number;
  readonly elapsedMs: number;
  /** Negative: it is over by so much. */
  readonly leftMs: number;
  readonly running: boolean;
  /** Null while it runs and is not over. */
  readonly met: boolean | null;
  /** When it is over, as it runs now; null while it stands still. */
  readonly dueAt: EpochMs | null;
}

export interface TargetClocks {
  /** From the filing to the first one who takes it. */
  readonly firstResponse: TargetClock | null;
  /** From the filing until it is resolved; a report that is opened again goes on where it stood. */
  readonly repair: TargetClock | null;
}

/** What is left of the targets; null where nothing is promised, and of a repair that was refused. */
export function targetClocks(report: FaultReport, now: EpochMs): TargetClocks {
  const { firstResponseMs = null, repairMs = null } = report.targets ?? {};
  return {
    firstResponse: firstResponseMs === null ? null : response(report, firstResponseMs, now),
    repair: repairMs === null || report.state === 'rejected' ? null : repair(report, repairMs, now),
  };
}

function response({ history, filedAt }: FaultReport, targetMs: number, now: EpochMs): TargetClock {
  // A rejection answers the customer too.
  const answered = history.find(({ state }) => state !== 'filed')?.at ?? null;
  const elapsedMs = (answered ?? now) - filedAt;
  return clock(targetMs, elapsedMs, answered === null, now);
}

function repair({ history }: FaultReport, targetMs: number, now: EpochMs): TargetClock {
  let elapsedMs = 0;
  let since: EpochMs | null = null;
  for (const { at, state } of history) {
    const stands = state === 'resolved' || state === 'closed' || state === 'rejected';
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
