import type { Away } from '../../config/simulate/happenings.js';
import type { History } from '../../config/simulate/happenings.js';
import type { Interval } from '../../core/time/intervals.js';
import type { PopId } from '../../core/types.js';

/** One stretch in which a daemon ran, and how it ended. */
export interface Life extends Interval {
  readonly end: 'stopped' | 'crashed';
}

/** The lives of the daemon at `observer`, in their order; the last one stops in order when the history ends. */
export function livesOf({ happenings, period }: History, observer: PopId): Life[] {
  const away = happenings
    .filter((one): one is Away => one.kind === 'away' && one.pop === observer)
    .sort((a, b) => a.from - b.from);
  const starts = [period.from, ...away.map(({ to }) => to)];
  const ends = [
    ...away.map(({ from, how }) => ({ to: from, end: how })),
    { to: period.to, end: 'stopped' as const },
  ];
  return starts.map((from, index) => ({ from, to: period.to, end: 'stopped', ...ends[index] }));
}
