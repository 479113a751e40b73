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

/**
 * One edge of an outage: the instant that counts, and the earliest and latest instant at which it can have happened.
 */
export interface OutageEdge {
  readonly at: EpochMs;
  readonly earliest: EpochMs;
  readonly latest: EpochMs;
}

/** Why an observer was not watching. */
export const blindReasons = [
  'stopped', // the daemon was stopped in an orderly way
  'crashed', // the daemon crashed
  'asleep', // the machine was suspended
  'stalled', // the daemon was not scheduled to run
  'clock-stepped', // the wall clock was set: time stamps around it are not trusted
  'isolated', // every reference became unreachable at once: the observer was cut off
  'not-sent', // the observer could not send
] as const;
export type BlindReason = (typeof blindReasons)[number];

/** Time in which an observer did not watch a port. */
export interface Blind extends Interval {
  readonly reason: BlindReason;
}

/**
 * An unavailable interval of one port as one observer saw it: from the sending of the first unanswered echo to the
 * sending of the first answered echo of the recovery.
 */
export interface Outage {
  readonly start: OutageEdge;
  /** Null while the outage lasts. */
  readonly end: OutageEdge | null;
  /** When the outage was confirmed. */
  readonly openedAt: EpochMs;
  /** When its end was confirmed; null while it lasts. */
  readonly closedAt: EpochMs | null;
  /** Unobserved time within the outage: the port was down before and after it, so downtime is inferred. */
  readonly inferred: readonly Blind[];
  /** Set when the observer voided the outage: it is stored, and counts for nothing. */
  readonly voided: { readonly at: EpochMs; readonly reason: BlindReason } | null;
}

/** An outage as it is stored. Observer and port are PoPs; (observer, port, start) identifies the row. */
export interface ObservedOutage extends Outage {
  readonly observer: PopId;
  readonly port: PopId;
}

export const portStates = [
  'up',
  'down',
  'unobserved', // its observer has no evidence about it
  'unwatched', // it is no longer in the list of watched ports
] as const;
export type PortState = (typeof portStates)[number];

export const observerStates = [
  'watching',
  'isolated', // the observer was cut off from all of its references at once
  'unobserved', // the observer missed some time; the reason says why
  'stopped',
] as const;
export type ObserverState = (typeof observerStates)[number];

export interface StateChange {
  readonly observer: PopId;
  /** Null: the event concerns the observer itself. */
  readonly port: PopId | null;
  readonly at: EpochMs;
  readonly state: PortState | ObserverState;
  readonly reason: BlindReason | null;
}

/** A stretch in which the observer was watching, merged from its heartbeats. */
export interface WatchSpan extends Interval {
  readonly observer: PopId;
}

/** Time for which the observer has no evidence although its heartbeats may cover it. */
export interface BlindTime {
  readonly observer: PopId;
  /** Null: all ports. */
  readonly port: PopId | null;
  readonly from: EpochMs;
  /** Null while it lasts. */
  readonly to: EpochMs | null;
  readonly reason: BlindReason;
}

/** Rows that are written in one transaction. */
export interface WatchRecord {
  readonly outages: readonly ObservedOutage[];
  readonly states: readonly StateChange[];
  readonly spans: readonly WatchSpan[];
  readonly blind: readonly BlindTime[];
  /** Traces of paths to the ports; absent when there are none. */
  readonly traces?: readonly PathTrace[];
}

/** What is stored of one observer's watch of one port. */
interface Attendance {
  /** When the observer was watching, merged from its heartbeats. */
  readonly spans: readonly Interval[];
  /** When it had no evidence about this port or about any; `to` null: it lasts. */
  readonly blind: readonly { readonly from: EpochMs; readonly to: EpochMs | null }[];
  /** When the port was in its list of watched ports. */
  readonly watched: readonly Interval[];
}

/** The time within `period` in which the observer did not watch the port. */
export function unobservedIn(period: Interval, attendance: Attendance): IntervalSet {
  const blind = merge(attendance.blind.map(({ from, to }) => ({ from, to: to ?? Infinity })));
  const seen = subtract(intersect(merge(attendance.spans), merge(attendance.watched)), blind);
  return subtract(clip([period], period), seen);
}

/** When a port was watched, from the changes of its state in time order. */
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

/** One observer's evidence about one port. */
export interface Testimony {
  /** Its outages that are not voided, with their inferred time. */
  readonly outages: readonly Interval[];
  /** When it was not watching, or was cut off. */
  readonly unobserved: readonly Interval[];
}

/** How many of the observers that watch a port have to see it down. */
export type Quorum = 'majority' | number;

interface Agreed {
  readonly down: IntervalSet;
  /** When no observer was watching. Parts of it may be down as well: those that were inferred. */
  readonly unobserved: IntervalSet;
}

/** The number of votes needed to declare a port down, out of `voters`. */
export const needed = (quorum: Quorum, voters: number): number =>
  Math.max(1, quorum === 'majority' ? Math.floor(voters / 2) + 1 : Math.min(quorum, voters));

/**
 * When a port was down within `period` by the votes of its observers. At each instant those that are watching vote; an
 * observer that is cut off has no vote. While none is watching, all of them vote with the downtime they inferred.
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

/** A period in four disjoint parts that together cover it. */
interface KindsOfTime {
  readonly up: IntervalSet;
  /** Down, and not excluded. */
  readonly down: IntervalSet;
  /** Covered by an approved exclusion, whatever the port's state. */
  readonly excluded: IntervalSet;
  /** Not watched by any observer and none of the above: neither downtime nor evidence of service. */
  readonly unobserved: IntervalSet;
}

interface KindsOfTimeInput {
  readonly period: Interval;
  readonly outages: readonly Interval[];
  readonly excluded: readonly Interval[];
  readonly unobserved: readonly Interval[];
}

/**
 * Exclusions take precedence over downtime, and downtime over unobserved time (rules, section 4: an outage in
 * unobserved time counts).
 */
export function kindsOfTime(input: KindsOfTimeInput): KindsOfTime {
  const within = (intervals: readonly Interval[]): IntervalSet => clip(merge(intervals), input.period);
  const excluded = within(input.excluded);
  const down = subtract(within(input.outages), excluded);
  const blind = within(input.unobserved);
  const unobserved = subtract(subtract(blind, excluded), down);
  const up = subtract(subtract(subtract(within([input.period]), excluded), down), blind);
  return { up, down, excluded, unobserved };
}
