import type { Interval } from '../../core/time/intervals.js';
import type { PopId } from '../../core/types.js';

/** The port answers nobody. */
export interface PortDown extends Interval {
  readonly kind: 'port-down';
  readonly pop: PopId;
}

/** The PoP reaches nobody and nobody reaches it: its own observer is isolated. */
export interface CutOff extends Interval {
  readonly kind: 'cut-off';
  readonly pop: PopId;
}

/** What a pair of PoPs has between it, in both directions. */
export interface BetweenTwo extends Interval {
  readonly kind: 'path-down' | 'lossy' | 'detour';
  readonly pops: readonly [PopId, PopId];
  /** `lossy`: the chance of a packet to be lost that is added. `detour`: how many times as long the way is. */
  readonly amount: number;
}

/** The daemon at a PoP does not run. */
export interface Away extends Interval {
  readonly kind: 'away';
  readonly pop: PopId;
  readonly how: 'stopped' | 'crashed';
}

export type Happening = PortDown | CutOff | BetweenTwo | Away;

/** Planned work at a PoP: the window that was told, and how long the port was really down in it. */
export interface Maintenance {
  readonly pop: PopId;
  readonly window: Interval;
  readonly down: readonly Interval[];
}

/** What happens to the backbone. */
export interface History {
  readonly period: Interval;
  readonly happenings: readonly Happening[];
  readonly maintenance: readonly Maintenance[];
}
