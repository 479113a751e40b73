import { coversLine, type Exclusion, type LineOfService } from '../exclusion.js';
import { floor, multiply, ratio, type Rational } from '../number.js';
import type { PlanVersion } from '../plan.js';
import {
  clip,
  earliest,
  intersect,
  intersectAll,
  type Interval,
  type IntervalSet,
  merge,
  subtract,
  totalMs,
  union,
} from '../time/intervals.js';
import { countedMs, type CountedOutage, countOutages } from './counted.js';

/** A line as a service uses it, with what was seen on it. */
interface WatchedLine extends LineOfService {
  readonly outages: readonly Interval[];
  readonly unobserved: readonly Interval[];
  /** Planned maintenance of earlier months that a yearly allowance has to bear, milliseconds. */
  readonly maintenanceUsedMs: number;
}

/** A term of the service with the lines that are in force in it. */
interface WatchedTerm {
  readonly period: Interval;
  readonly lines: readonly WatchedLine[];
}

interface AvailabilityInput {
  readonly plan: PlanVersion;
  /** What an allowance of planned maintenance is counted over. */
  readonly month: Interval;
  /** In the order of their days; none overlaps another. */
  readonly terms: readonly WatchedTerm[];
  readonly exclusions: readonly Exclusion[];
}

export interface LineAvailability {
  readonly line: string;
  readonly pop: string;
  /** The terms that have it. */
  readonly inForce: IntervalSet;
  readonly outages: IntervalSet;
  /** When nobody watched its port. */
  readonly unobserved: IntervalSet;
  /** What takes away from its outages. */
  readonly excused: IntervalSet;
  readonly countable: IntervalSet;
  /** Down or watched by nobody, and excused by nothing. */
  readonly unproven: IntervalSet;
  /** Planned maintenance beyond the plan's allowance, which excuses nothing. */
  readonly beyondAllowance: IntervalSet;
}

export interface Availability {
  /** Each line over all terms that have it. */
  readonly lines: readonly LineAvailability[];
  /** Of the terms together, before the plan removes anything. */
  readonly wholeMs: number;
  /** Of the period, less what the plan removes from it. */
  readonly totalMs: number;
  readonly removed: IntervalSet;
  readonly removedMs: number;
  /** All lines in force down, excuses counted; none that the plan holds too short. */
  readonly unavailable: IntervalSet;
  /** The same, each with its duration as the plan counts it. */
  readonly outages: readonly CountedOutage[];
  /** As counted; never more than `totalMs`. */
  readonly unavailableMs: number;
  /** Outage time of the service that exclusions took away. */
  readonly excusedMs: number;
  readonly unobservedMs: number;
  readonly complete: boolean;
  /** A share of 1, exact. Unobserved time counts as available: only a proven outage is paid. */
  readonly availability: Rational;
  /** The same with unobserved time that nothing excuses counted as down; never more than `availability`. */
  readonly lowerBound: Rational;
}

/** One service over its terms (contract 2.1 (1)): at any instant the lines in force decide. */
export function judgeAvailability(input: AvailabilityInput): Availability {
  const { plan } = input;
  const terms = input.terms.map(({ period, lines }) => ({
    period,
    lines: lines.map((line) => judgeLine(line, period, input)),
  }));
  const allDown = (of: (line: LineAvailability) => IntervalSet): IntervalSet =>
    union(...terms.map(({ lines }) => intersectAll(lines.map(of))));
  const countable = allDown(({ countable: each }) => each);
  const outages = countOutages(countable, plan.availability.outages);
  const outageMs = totalMs(allDown(({ outages: each }) => each));
  const removed = plan.availability.excusedTime === 'keep' ? [] : allDown(({ excused }) => excused);
  const removedMs = totalMs(removed);
  const wholeMs = terms.reduce((all, { period }) => all + period.to - period.from, 0);
  const periodMs = wholeMs - removedMs;
  const unavailableMs = Math.min(periodMs, countedMs(outages));
  const unproven = countOutages(
    allDown(({ unproven: each }) => each),
    plan.availability.outages,
  );
  // Counting in units may make two short outages more than the one that they might have been.
  const unprovenMs = Math.max(unavailableMs, Math.min(periodMs, countedMs(unproven)));
  const unobservedMs = totalMs(
    union(...terms.flatMap(({ lines }) => lines.map(({ unobserved }) => unobserved))),
  );
  return {
    lines: lineByLine(terms.flatMap(({ lines }) => lines)),
    wholeMs,
    totalMs: periodMs,
    removed,
    removedMs,
    unavailable: outages.map(({ from, to }) => ({ from, to })),
    outages,
    unavailableMs,
    excusedMs: Math.max(0, outageMs - totalMs(countable)),
    unobservedMs,
    complete: isComplete(unobservedMs, wholeMs, plan.availability.incompleteAbove),
    availability: shareLeft(periodMs, unavailableMs),
    lowerBound: shareLeft(periodMs, unprovenMs),
  };
}

/** Nothing left of the period: nothing of it was unavailable. */
const shareLeft = (wholeMs: number, downMs: number): Rational =>
  wholeMs === 0 ? ratio(1n) : ratio(BigInt(wholeMs - downMs), BigInt(wholeMs));

/** A line that several terms have is one line. */
function lineByLine(all: readonly LineAvailability[]): LineAvailability[] {
  const lines = new Map<string, LineAvailability>();
  for (const next of all) {
    const known = lines.get(next.line);
    lines.set(
      next.line,
      known === undefined
        ? next
        : {
            line: next.line,
            pop: next.pop,
            inForce: union(known.inForce, next.inForce),
            outages: union(known.outages, next.outages),
            unobserved: union(known.unobserved, next.unobserved),
            excused: union(known.excused, next.excused),
            countable: union(known.countable, next.countable),
            unproven: union(known.unproven, next.unproven),
            beyondAllowance: union(known.beyondAllowance, next.beyondAllowance),
          },
    );
  }
  return [...lines.values()];
}

function isComplete(unobservedMs: number, wholeMs: number, above: Rational): boolean {
  return BigInt(unobservedMs) * above.d <= BigInt(wholeMs) * above.n;
}

function judgeLine(line: WatchedLine, period: Interval, input: AvailabilityInput): LineAvailability {
  const { plan, exclusions } = input;
  const covering = exclusions.filter(
    ({ kind, scope }) => plan.availability.excusedBy.includes(kind) && coversLine(scope, line),
  );
  const planned = clip(merge(covering.filter(({ kind }) => kind === 'planned-maintenance')), input.month);
  const allowed = earliest(planned, capMs(plan, line.maintenanceUsedMs));
  const others = merge(covering.filter(({ kind }) => kind !== 'planned-maintenance'));
  const excused = clip(union(allowed, others), period);
  const outages = clip(merge(line.outages), period);
  const unobserved = clip(merge(line.unobserved), period);
  return {
    line: line.line,
    pop: line.pop,
    inForce: [period],
    outages,
    unobserved,
    excused,
    countable: subtract(outages, excused),
    unproven: subtract(union(outages, unobserved), excused),
    beyondAllowance: intersect(clip(subtract(planned, allowed), period), outages),
  };
}

/** How much planned maintenance of a line still excuses in this month, milliseconds; Infinity without an allowance. */
function capMs(plan: PlanVersion, usedMs: number): number {
  const { allowance } = plan.exclusions.plannedMaintenance;
  if (allowance === null) return Infinity;
  const allMs = Number(floor(multiply(allowance.hours, ratio(3_600_000n))));
  return Math.max(0, allowance.per === 'year' ? allMs - usedMs : allMs);
}
