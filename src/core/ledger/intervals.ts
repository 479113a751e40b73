import type { Interval } from '../time/intervals.js';
import type { EpochMs } from '../types.js';
import { refuse, type Refusal } from './refusal.js';

const dayMs = 86_400_000;
const longestDays = 366;
const most = 1000;
/** The last instant that a date can be: 8.64e15 ms. */
const lastInstant = 8_640_000_000_000_000;

const instant = (at: EpochMs): string =>
  Number.isSafeInteger(at) && Math.abs(at) <= lastInstant ? new Date(at).toISOString() : String(at);

/** What is wrong with intervals by themselves: they are bounded, go forwards, and lie apart from each other. */
export function intervalFaults(intervals: readonly Interval[]): Refusal[] {
  const faults: Refusal[] = [];
  if (intervals.length === 0) faults.push(refuse('from', 'is missing', 'a start and an end', ['missing']));
  if (intervals.length > most) {
    faults.push(
      refuse('intervals', `are ${intervals.length}`, `at most ${most} at once`, [
        'too-many',
        intervals.length,
        most,
      ]),
    );
  }
  for (const [index, { from, to }] of intervals.entries()) {
    if (!isInstant(from) || !isInstant(to)) {
      const field = isInstant(from) ? 'to' : 'from';
      faults.push(
        refuse(field, 'is unbounded', 'an instant with its offset: every interval has a start and an end', [
          'unbounded',
        ]),
      );
    } else if (from === to) {
      faults.push(
        refuse(
          'to',
          `is "from" itself, ${instant(from)}: the interval has no length`,
          'an instant after "from"',
          ['not-after-from'],
        ),
      );
    } else if (from > to) {
      const what = `is reversed: ${instant(to)} is before "from", ${instant(from)}`;
      faults.push(refuse('to', what, 'an instant after "from"', ['not-after-from']));
    } else if (to - from > longestDays * dayMs) {
      faults.push(
        refuse(
          'to',
          `is ${Math.ceil((to - from) / dayMs)} days after "from"`,
          `at most ${longestDays} days`,
          ['too-far', Math.ceil((to - from) / dayMs), longestDays],
        ),
      );
    }
    const before = intervals[index - 1];
    if (before && before.to > from) {
      const what = `overlaps the interval before it, which ends at ${instant(before.to)}`;
      faults.push(refuse('from', what, 'intervals in their order, apart from each other', ['out-of-order']));
    }
  }
  return faults;
}

const isInstant = (at: EpochMs): boolean => Number.isSafeInteger(at) && Math.abs(at) <= lastInstant;

/** What may not lie ahead. */
export function futureFault({ to }: Interval, now: EpochMs, what: string): Refusal | null {
  if (to <= now) return null;
  return refuse(
    'to',
    `lies in the future: it is ${instant(to)}`,
    `${what} is entered when it is over: at most ${instant(now)}`,
    ['not-over'],
  );
}

export const touches = (a: Interval, b: Interval): boolean => a.from < b.to && b.from < a.to;

export const spanText = ({ from, to }: Interval): string => `${instant(from)} to ${instant(to)}`;
