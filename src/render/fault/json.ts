import type { FaultAction, FaultEvent } from '../../core/fault/actions.js';
import type { FaultReport } from '../../core/fault/report.js';
import type { Suggestion } from '../../core/fault/suggestion.js';
import { targetClocks, type TargetClock } from '../../core/fault/targets.js';
import type { EpochMs } from '../../core/types.js';
import { isoInstant } from '../instant.js';

const iso = (at: EpochMs | null): string | null => (at === null ? null : isoInstant(at));
const clock = (of: TargetClock | null) => of && { ...of, dueAt: iso(of.dueAt) };

/** A report as it is shown: the same keys always. Instants are ISO 8601 in UTC. */
export function reportJson(report: FaultReport, now: EpochMs) {
  const { targets, ...rest } = report;
  const { firstResponse, repair } = targetClocks(report, now);
  return {
    ...rest,
    since: isoInstant(report.since),
    filedAt: isoInstant(report.filedAt),
    updatedAt: isoInstant(report.updatedAt),
    plan: targets?.plan ?? null,
    targets: { firstResponse: clock(firstResponse), repair: clock(repair) },
    history: report.history.map((change) => ({ ...change, at: isoInstant(change.at) })),
    comments: report.comments.map((comment) => ({ ...comment, at: isoInstant(comment.at) })),
    entries: report.entries.map((entry) => ({ ...entry, at: isoInstant(entry.at) })),
  };
}

export function eventJson({ at, action, ...event }: FaultEvent) {
  return { ...event, at: isoInstant(at), action: actionJson(action) };
}

function actionJson(action: FaultAction): object {
  if (action.type !== 'filed') return action;
  return { ...action, text: { ...action.text, since: isoInstant(action.text.since) } };
}

export function suggestionJson({ path, metrics, ...times }: Suggestion) {
  return {
    ...{ path, metrics, firstSlot: isoInstant(times.firstSlot), lastSlot: isoInstant(times.lastSlot) },
    ...{ raisedAt: isoInstant(times.raisedAt), endedSlot: iso(times.endedSlot) },
  };
}
