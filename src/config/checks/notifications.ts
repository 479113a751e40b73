import type { Fault } from '../problem.js';
import { formatDuration } from '../scalars/duration.js';
import type { Draft } from './draft.js';

/** A user has a password, and no retry is longer than the longest. */
export function checkNotifications({ notifications }: Draft): Fault[] {
  const faults: Fault[] = [];
  const { firstRetry, longestRetry, smtp } = notifications ?? {};
  if (firstRetry !== undefined && longestRetry !== undefined && firstRetry > longestRetry) {
    const what = `is shorter than firstRetry, ${formatDuration(firstRetry)}`;
    const at = ['notifications', 'longestRetry'];
    faults.push({ at, what, shown: formatDuration(longestRetry), allowed: 'at least firstRetry' });
  }
  if ((smtp?.user === undefined) !== (smtp?.password === undefined)) {
    const what = smtp?.user === undefined ? 'has a password and no user' : 'has a user and no password';
    faults.push({ at: ['notifications', 'smtp'], onKey: true, what, allowed: 'both of them, or neither' });
  }
  return faults;
}
