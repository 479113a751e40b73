import { ratio, type Rational } from '../number/rational.js';
import type { Exclusion } from '../exclusion/exclusion.js';
import { coversLine, type LineOfService } from '../exclusion/exclusion.js';
import type { PlanVersion } from '../plan/plan.js';
import {
  clip,
  earliest,
  intersect,
  intersectAll,
  merge,
  subtract,
  totalMs,
  union,
  type Interval,
  type IntervalSet,
} from '../time/intervals.js';
import { capMs } from './allowance.js';
import { countedMs, countOutages, type CountedOutage } from './counted.js';

/** A line as a service uses it, with what was seen on it. */
export interface WatchedLine extends LineOfService {
  readonly outages: readonly Interval[];
  readonly unobserved: readonly Interval[];
  /** Planned maintenance of earlier months that a yearly allowance has to bear, milliseconds. */
  readonly maintenanceUsedMs: number;
}

export interface AvailabilityInput {
  readonly plan: PlanVersion;
  readonly period: Interval;
  /** What an allowance of planned maintenance is counted over. */
  readonly month: Interval;
  readonly lines: readonly WatchedLine[];
  readonly exclusions: readonly Exclusion[];
}

export interface LineAvailability {
  readonly line: string;
  readonly pop: string;
  readonly outages: IntervalSet;
  /** What takes away from its outages. */
  readonly excused: IntervalSet;
  readonly countable: IntervalSet;
  /** Planned maintenance beyond the plan's allowance, which excuses nothing. */
  readonly beyondAllowance: IntervalSet;
}

export interface Availability {
  readonly lines: readonly LineAvailability[];
  /** Of the period, less what the plan removes from it. */
  readonly totalMs: number;
  readonly removedMs: number;
  /** All lines down, excuses counted; none that the plan holds too short. */
  readonly unavailable: IntervalSet;
  /** The same, each with its duration as the plan counts it. */
  readonly outages: readonly CountedOutage[];
  /** As counted; never more than `totalMs`. */
  readonly unavailableMs: number;
  /** Outage time of the service that exclusions took away. */
  readonly excusedMs: number;
  readonly unobservedMs: number;
  readonly complete: boolean;
  /** A share of 1, exact. */
  readonly availability: Rational;
}

/** One service over its period (contract 2.1 (1)). */
export function judgeAvailability(input: AvailabilityInput): Availability {
  const { plan, period } = input;
  const lines = input.lines.map((line) => judgeLine(line, input));
  const countable = intersectAll(lines.map((line) => line.countable));
  const outages = countOutages(countable, plan.availability.outages);
  const outageMs = totalMs(intersectAll(lines.map((line) => line.outages)));
  const removedMs =
    plan.availability.excusedTime === 'keep' ? 0 : totalMs(intersectAll(lines.map((line) => line.excused)));
  const wholeMs = period.to - period.from;
  const periodMs = wholeMs - removedMs;
  const unavailableMs = Math.min(periodMs, countedMs(outages));
  const unobservedMs = totalMs(clip(union(...input.lines.map((line) => merge(line.unobserved))), period));
  return {
    lines,
    totalMs: periodMs,
    removedMs,
    unavailable: outages.map(({ from, to }) => ({ from, to })),
    outages,
    unavailableMs,
    excusedMs: Math.max(0, outageMs - totalMs(countable)),
    unobservedMs,
    complete: isComplete(unobservedMs, wholeMs, plan.availability.incompleteAbove),
    // Nothing left of the period: nothing of it was unavailable.
    availability: periodMs === 0 ? ratio(1n) : ratio(BigInt(periodMs - unavailableMs), BigInt(periodMs)),
  };
}

function isComplete(unobservedMs: number, wholeMs: number, above: Rational): boolean {
  return BigInt(unobservedMs) * above.d <= BigInt(wholeMs) * above.n;
}

function judgeLine(line: WatchedLine, input: AvailabilityInput): LineAvailability {
  const { plan, period, exclusions } = input;
  const covering = exclusions.filter(
    ({ kind, scope }) => plan.availability.excusedBy.includes(kind) && coversLine(scope, line),
  );
  const planned = clip(merge(covering.filter(({ kind }) => kind === 'planned-maintenance')), input.month);
  const allowed = earliest(planned, capMs(plan, line.maintenanceUsedMs));
  const others = merge(covering.filter(({ kind }) => kind !== 'planned-maintenance'));
  const excused = clip(union(allowed, others), period);
  const outages = clip(merge(line.outages), period);
  return {
    line: line.line,
    pop: line.pop,
    outages,
    excused,
    countable: subtract(outages, excused),
    beyondAllowance: intersect(clip(subtract(planned, allowed), period), outages),
  };
}
