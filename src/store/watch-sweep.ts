import type { EpochMs, PopId } from '../core/types.js';
import type { LedgerEvent } from '../core/ledger/actions.js';

/** Rows in one transaction: other writers' turn comes in between. */
export const watchRowsAtOnce = 200;

const whole = (at: EpochMs): number => Math.trunc(at);

/**
 * What each database runs again and again until a run takes less than `watchRowsAtOnce` rows: what was before an
 * instant and nobody needs to know what holds after it. The latest state of each port and the latest heartbeats of
 * each observer stay: they are what was so when the kept time begins.
 */
export const watchSweeps = (before: EpochMs): readonly string[] => [
  `DELETE FROM watch_state WHERE id IN (
     SELECT old.id FROM watch_state AS old WHERE old.at < ${whole(before)} AND EXISTS (
       SELECT 1 FROM watch_state AS later WHERE later.observer = old.observer AND later.port = old.port
         AND later.at >= old.at AND later.at < ${whole(before)} AND later.id > old.id)
     ORDER BY old.at LIMIT ${watchRowsAtOnce})`,
  `DELETE FROM watch_span WHERE (observer, from_at) IN (
     SELECT old.observer, old.from_at FROM watch_span AS old WHERE old.to_at < ${whole(before)} AND EXISTS (
       SELECT 1 FROM watch_span AS later WHERE later.observer = old.observer AND later.from_at > old.from_at)
     LIMIT ${watchRowsAtOnce})`,
  `DELETE FROM watch_blind WHERE (observer, port, from_at, reason) IN (
     SELECT observer, port, from_at, reason FROM watch_blind WHERE to_at < ${whole(before)}
     LIMIT ${watchRowsAtOnce})`,
  `DELETE FROM path_trace WHERE (observer, port, at) IN (
     SELECT observer, port, at FROM path_trace WHERE at < ${whole(before)} LIMIT ${watchRowsAtOnce})`,
];

/** The identity of an outage's row. */
export interface OutageKey {
  readonly observer: PopId;
  readonly port: PopId;
  readonly start: EpochMs;
}

export const outageName = ({ observer, port, start }: OutageKey): string => `${port}@${observer}/${start}`;

/** Measured outages that people said something of: the row that a word lies over is kept as long as the word. */
export function outagesSpokenOf(events: readonly Pick<LedgerEvent, 'action'>[]): ReadonlySet<string> {
  return new Set(
    events.flatMap(({ action }) =>
      'of' in action && typeof action.of === 'object' && 'observer' in action.of
        ? [outageName(action.of)]
        : [],
    ),
  );
}
