import type { Interval } from '../time/intervals.js';
import type { EpochMs, PopId } from '../types.js';
import type { PathTrace } from '../trace/trace.js';
import type { BlindReason, Outage } from './outage.js';

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
