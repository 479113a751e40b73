import type { EpochMs } from '../types.js';

/** Which text of a calendar's event it is (RFC 5545): a newer one has a higher SEQUENCE or, of the same, a later DTSTAMP. */
export interface EventVersion {
  /** What the exclusion has as its source. */
  readonly source: string;
  /** Null: a text that calls the event off without a SEQUENCE, which is of none in particular. */
  readonly sequence: number | null;
  /** Null: it has no DTSTAMP. */
  readonly stamp: EpochMs | null;
  /** The highest SEQUENCE of what replaces single windows; 0: there is none. */
  readonly overrides: number;
}

/** Whether a text is older than one that was read before. What can't be told is not older. */
export function isOlderVersion(one: EventVersion, known: EventVersion): boolean {
  const steps = [
    [one.sequence, known.sequence],
    [one.stamp, known.stamp],
    [one.overrides, known.overrides],
  ] as const;
  for (const [mine, theirs] of steps) {
    if (mine === null || theirs === null || mine === theirs) continue;
    return mine < theirs;
  }
  return false;
}
