import { Cron } from 'croner';
import type { Recurrence } from '../../core/ledger/actions.js';
import { refuse, type Refusal } from '../../core/ledger/refusal.js';
import type { Interval } from '../../core/time/intervals.js';
import { isTimeZone } from '../../core/time/zone.js';

const most = 1000;
const dayMs = 86_400_000;

/** The windows that begin in [from, to), or what is wrong with the recurrence. */
export function expand(
  { cron, durationMs, zone }: Recurrence,
  { from, to }: Interval,
): Interval[] | readonly Refusal[] {
  if (!isTimeZone(zone)) {
    return [
      refuse('zone', `is no time zone: ${JSON.stringify(zone)}`, 'an IANA name, such as Asia/Hong_Kong'),
    ];
  }
  if (!Number.isSafeInteger(durationMs) || durationMs < 1 || durationMs > 31 * dayMs) {
    return [refuse('duration', 'is out of range', 'from 1 ms to 31 days')];
  }
  if (!(from < to) || to - from > 366 * dayMs) {
    return [refuse('to', 'does not bound the windows', 'an instant after "from", at most 366 days later')];
  }
  const job = planned(cron, zone);
  if (job === null) {
    const allowed = 'five fields: minute, hour, day, month, weekday, as "0 2 * * 0"';
    return [refuse('cron', `is no cron expression: ${JSON.stringify(cron)}`, allowed)];
  }
  const windows: Interval[] = [];
  // Croner looks for what comes after an instant; one that begins on `from` itself is in.
  for (
    let next = job.nextRun(new Date(from - 1000));
    next !== null && next.getTime() < to;
    next = job.nextRun(next)
  ) {
    if (next.getTime() >= from) windows.push({ from: next.getTime(), to: next.getTime() + durationMs });
    if (windows.length > most)
      return [refuse('cron', `gives more than ${most} windows`, 'fewer, or a shorter time')];
  }
  return windows.length > 0 ? windows : [refuse('cron', 'gives no window in that time', 'one at least')];
}

function planned(cron: string, zone: string): Cron | null {
  if (cron.trim().split(/\s+/).length !== 5) return null;
  try {
    return new Cron(cron, { timezone: zone, paused: true });
  } catch {
    return null;
  }
}
