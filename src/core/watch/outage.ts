import {
  clip,
  contains,
  intersect,
  type Interval,
  type IntervalSet,
  merge,
  subtract,
} from '../time/intervals.js';
import type { PathTrace } from '../trace/trace.js';
import type { EpochMs, PopId } from '../types.js';

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

/** What is written down of a watch. Observer and port are PoPs; observer, port and first instant name a row. */
export interface ObservedOutage extends Outage {
  readonly observer: PopId;
  readonly port: PopId;
}

export const portStates = [
  'up',
  'down',
  'unobserved', // its observer can say nothing of it
  'unwatched', // it is no longer among those that are watched
] as const;
export type PortState = (typeof portStates)[number];

export const observerStates = [
  'watching',
  'isolated', // from all of its references at once
  'unobserved', // it did not live through some time: the reason says why
  'stopped',
] as const;
export type ObserverState = (typeof observerStates)[number];

export interface StateChange {
  readonly observer: PopId;
  /** Null: the observer itself. */
  readonly port: PopId | null;
  readonly at: EpochMs;
  readonly state: PortState | ObserverState;
  readonly reason: BlindReason | null;
}

/** A stretch in which the observer was watching: heartbeats, coalesced. */
export interface WatchSpan extends Interval {
  readonly observer: PopId;
}

/** Time of which the observer can say nothing, though its heartbeats may cover it. */
export interface BlindTime {
  readonly observer: PopId;
  /** Null: all ports. */
  readonly port: PopId | null;
  readonly from: EpochMs;
  /** Null while it lasts. */
  readonly to: EpochMs | null;
  readonly reason: BlindReason;
}

/** What is written at one time: all of it or nothing. */
export interface WatchRecord {
  readonly outages: readonly ObservedOutage[];
  readonly states: readonly StateChange[];
  readonly spans: readonly WatchSpan[];
  readonly blind: readonly BlindTime[];
  /** Traces of paths to the ports; absent: none. */
  readonly traces?: readonly PathTrace[];
}

/** What one observer has on record of one port. */
interface Attendance {
  /** When it was watching: its heartbeats, coalesced. */
  readonly spans: readonly Interval[];
  /** When it could say nothing, of this port or of any; null: it lasts. */
  readonly blind: readonly { readonly from: EpochMs; readonly to: EpochMs | null }[];
  /** When the port was among those it watched. */
  readonly watched: readonly Interval[];
}

/** When nobody watched, within `period`. */
export function unobservedIn(period: Interval, attendance: Attendance): IntervalSet {
  const blind = merge(attendance.blind.map(({ from, to }) => ({ from, to: to ?? Infinity })));
  const seen = subtract(intersect(merge(attendance.spans), merge(attendance.watched)), blind);
  return subtract(clip([period], period), seen);
}

/** When a port was watched, by the changes of its state in their order. */
export function watchedBy(
  changes: readonly { readonly at: EpochMs; readonly state: string }[],
  until: EpochMs,
): IntervalSet {
  const intervals: Interval[] = [];
  let from: EpochMs | null = null;
  for (const { at, state } of changes) {
    if (state === 'unwatched') {
      if (from !== null) intervals.push({ from, to: at });
      from = null;
    } else from ??= at;
  }
  if (from !== null) intervals.push({ from, to: until });
  return merge(intervals);
}

/** What one observer says of one port. */
export interface Testimony {
  /** Its outages that are not voided; inferred time in them included. */
  readonly outages: readonly Interval[];
  /** When it was not watching, or was cut off. */
  readonly unobserved: readonly Interval[];
}

/** How many of the observers that see a port have to see it down. */
export type Quorum = 'majority' | number;

interface Agreed {
  readonly down: IntervalSet;
  /** Nobody was watching. Parts of it may be down all the same: those that were inferred. */
  readonly unobserved: IntervalSet;
}

/** How many of so many voters have to see it down. */
export const needed = (quorum: Quorum, voters: number): number =>
  Math.max(1, quorum === 'majority' ? Math.floor(voters / 2) + 1 : Math.min(quorum, voters));

/**
 * When a port was down by what its observers say, within `period`. At each instant those who are watching vote; who
 * is cut off has no voice. While nobody watches, what they inferred is voted on by all of them.
 */
export function agree(quorum: Quorum, testimonies: readonly Testimony[], period: Interval): Agreed {
  const sides = testimonies.map(({ outages, unobserved }) => ({
    down: merge(outages),
    blind: merge(unobserved),
  }));
  const down: Interval[] = [];
  const unobserved: Interval[] = [];
  for (const span of spans(period, [...sides.flatMap((side) => [...side.down, ...side.blind])])) {
    const watching = sides.filter((side) => !contains(side.blind, span.from));
    if (watching.length === 0) unobserved.push(span);
    const voters = watching.length === 0 ? sides : watching;
    const votes = voters.filter((side) => contains(side.down, span.from)).length;
    if (votes >= needed(quorum, voters.length)) down.push(span);
  }
  return { down: merge(down), unobserved: merge(unobserved) };
}

/** The period, cut wherever one of the intervals begins or ends. */
function spans({ from, to }: Interval, intervals: readonly Interval[]): Interval[] {
  const edges = new Set<EpochMs>([from, to]);
  for (const interval of intervals)
    for (const edge of [interval.from, interval.to]) if (edge > from && edge < to) edges.add(edge);
  const sorted = [...edges].sort((a, b) => a - b);
  return sorted.flatMap((edge, index) => {
    const next = sorted[index + 1];
    return next === undefined ? [] : [{ from: edge, to: next }];
  });
}

/** A period in four parts that do not overlap and leave nothing out. */
interface KindsOfTime {
  readonly up: IntervalSet;
  /** Down, and nothing excuses it. */
  readonly down: IntervalSet;
  /** An approved exclusion covers it, whatever the port did. */
  readonly excluded: IntervalSet;
  /** Nobody was watching: neither of the above, and no proof of service. */
  readonly unobserved: IntervalSet;
}

interface KindsOfTimeInput {
  readonly period: Interval;
  readonly outages: readonly Interval[];
  readonly excluded: readonly Interval[];
  readonly unobserved: readonly Interval[];
}

/** Excluded goes before down, down before unobserved (rules, section 4: an outage in unobserved time stands). */
export function kindsOfTime(input: KindsOfTimeInput): KindsOfTime {
  const within = (intervals: readonly Interval[]): IntervalSet => clip(merge(intervals), input.period);
  const excluded = within(input.excluded);
  const down = subtract(within(input.outages), excluded);
  const blind = within(input.unobserved);
  const unobserved = subtract(subtract(blind, excluded), down);
  const up = subtract(subtract(subtract(within([input.period]), excluded), down), blind);
  return { up, down, excluded, unobserved };
}
