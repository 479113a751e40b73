import type { Interval } from '../time/intervals.js';
import type { EpochMs } from '../types.js';

/** One end of an outage: what it counts from or to, and between which instants the truth lies. */
export interface OutageEdge {
  readonly at: EpochMs;
  readonly earliest: EpochMs;
  readonly latest: EpochMs;
}

/** Why nobody was watching. */
export const blindReasons = [
  'stopped', // the daemon was, in order
  'crashed', // the daemon was, not in order
  'asleep', // the machine was
  'stalled', // the daemon did not get to run
  'clock-stepped', // the wall clock was set: its instants are suspect
  'isolated', // every reference vanished at once: the observer was cut off
  'not-sent', // the observer could not send
] as const;
export type BlindReason = (typeof blindReasons)[number];

/** Time in which a port was not watched. */
export interface Blind extends Interval {
  readonly reason: BlindReason;
}

/**
 * An unavailable interval of one port as one observer saw it: from the sending of the first unanswered echo to that
 * of the first answered one of the recovery.
 */
export interface Outage {
  readonly start: OutageEdge;
  /** Null while it lasts. */
  readonly end: OutageEdge | null;
  /** When it was sure. */
  readonly openedAt: EpochMs;
  /** When its end was sure; null while it lasts. */
  readonly closedAt: EpochMs | null;
  /** Unobserved time in it: the port was down before and still was after, the rest is inferred. */
  readonly inferred: readonly Blind[];
  /** The observer took it back: it counts for nothing, and is kept. */
  readonly voided: { readonly at: EpochMs; readonly reason: BlindReason } | null;
}
