import type { Availability } from '../availability/availability.js';
import { foresee, observedOf, type ToDate, toDateOf } from '../availability/foresee.js';
import { compare, floor, multiply, ratio, type Rational, roundHalfUp, subtract } from '../number.js';
import type { AvailabilityStep } from '../plan.js';
import { type JudgeInput, judgeMonths, type ServiceMonth } from './judge.js';
import { totalMs } from '../time/intervals.js';
import type { EpochMs } from '../types.js';

interface LineStanding {
  readonly line: string;
  readonly pop: string;
  /** Over the service's whole period, assuming no further outage, a share of 1. */
  readonly availability: Rational;
  /** The availability with unexcluded unobserved time counted as down. */
  readonly lowerBound: Rational;
  /** The observed fraction of the line's own elapsed time in the period, a share of 1; null before it begins. */
  readonly observed: Rational | null;
}

/** The state of a service in a month in progress. */
export interface ServiceStanding {
  readonly service: string;
  readonly customer: string | null;
  readonly site: string;
  readonly class: string;
  readonly plan: string;
  readonly periodStart: EpochMs;
  readonly periodEnd: EpochMs;
  /** Over the whole period, assuming no further outage, a share of 1. */
  readonly availability: Rational;
  /** The availability with unexcluded unobserved time counted as down. */
  readonly lowerBound: Rational;
  /** Whether the commitment is met; null when too much unobserved time leaves it undecided. */
  readonly met: boolean | null;
  /** Over the elapsed part of the period; null before it begins. */
  readonly toDate: ToDate | null;
  /** The observed fraction of the elapsed period, a share of 1; null before the period begins. */
  readonly observed: Rational | null;
  readonly commitment: Rational;
  readonly unavailableMs: number;
  readonly excusedMs: number;
  readonly unobservedMs: number;
  /** Total outage that the month may have and still meet the commitment, milliseconds. */
  readonly allowedMs: number;
  readonly next: NextStep | null;
  readonly lines: readonly LineStanding[];
  readonly money: MoneyStanding;
}

/** Amounts in minor units of the currency. */
interface MoneyStanding {
  readonly currency: string;
  readonly rent: bigint;
  /** The credit assuming no further outage. */
  readonly credit: bigint;
  /** The credit projected from this month's rate of outages so far. */
  readonly projected: bigint;
  /** The credit of the next availability step before any cap; null: there is no further step. */
  readonly nextStep: bigint | null;
}

/** The state at `now` of every service in the months of several plans, without those that can't be judged. */
export function servicesStanding(inputs: readonly JudgeInput[], now: EpochMs): readonly ServiceStanding[] {
  const judged = judgeMonths(inputs);
  const projected = judgeMonths(
    judged.map((one) => ({
      case: one.case,
      figures: one.figuresOf,
      paths: one.paths,
      foreseen: (availability, period) => foresee(availability, period, now),
    })),
  );
  return judged.flatMap((one, plan) => {
    const later = new Map(projected[plan]?.services.map((service) => [service.terms, service.amount]));
    return one.services.map((service) => {
      const { terms, rent, amount, base, serviceClass, availability } = service;
      const next = nextStep(serviceClass.steps, availability);
      return {
        ...standingOf(service, one.case.planId, now),
        next,
        money: {
          currency: terms.monthlyRent.currency,
          rent,
          credit: amount,
          projected: later.get(terms) ?? amount,
          nextStep: next && roundHalfUp(multiply(ratio(base), next.step.credit.of)),
        },
      };
    });
  });
}

function standingOf(
  { terms, availability, serviceClass, period, met }: ServiceMonth,
  plan: string,
  now: EpochMs,
) {
  const { unavailableMs, excusedMs, unobservedMs } = availability;
  return {
    service: terms.id,
    customer: terms.customer,
    site: terms.site,
    class: terms.class,
    plan,
    periodStart: period.from,
    periodEnd: period.to,
    availability: availability.availability,
    lowerBound: availability.lowerBound,
    met,
    toDate: toDateOf(availability, period, now),
    observed: observedOf(availability, period, now),
    commitment: serviceClass.commitment,
    unavailableMs,
    excusedMs,
    unobservedMs,
    allowedMs: msUntilBelow({ totalMs: availability.totalMs, unavailableMs: 0 }, serviceClass.commitment),
    lines: availability.lines.map(({ line, pop, inForce, countable, unproven, unobserved }) => ({
      line,
      pop,
      availability: shareUp(availability.totalMs, Math.min(totalMs(countable), availability.totalMs)),
      lowerBound: shareUp(availability.totalMs, Math.min(totalMs(unproven), availability.totalMs)),
      observed: observedOf({ unobservedMs: totalMs(unobserved) }, { spans: inForce }, now),
    })),
  };
}

const shareUp = (wholeMs: number, downMs: number): Rational =>
  wholeMs === 0 ? ratio(1n) : ratio(BigInt(wholeMs - downMs), BigInt(wholeMs));

type Downtime = Pick<Availability, 'totalMs' | 'unavailableMs'>;

/**
 * The largest number of milliseconds of further outage that still leaves the availability over `totalMs` at or above
 * `bound`, a share of 1; one more makes it fall below. 0 when the availability is exactly at the bound or already below
 * it.
 */
export function msUntilBelow({ totalMs, unavailableMs }: Downtime, bound: Rational): number {
  const allowed = floor(multiply(ratio(BigInt(totalMs)), subtract(ratio(1n), bound)));
  return Math.max(0, Number(allowed) - unavailableMs);
}

interface NextStep {
  readonly step: AvailabilityStep;
  /** Milliseconds of outage left before the step applies. */
  readonly leftMs: number;
}

/** The next deeper credit step; null where the deepest one applies already, or the class has none. */
export function nextStep(
  steps: readonly AvailabilityStep[],
  availability: Pick<Availability, 'totalMs' | 'unavailableMs' | 'availability'>,
): NextStep | null {
  const reached = steps.findLastIndex(({ below }) => compare(availability.availability, below) < 0);
  const step = steps[reached + 1];
  return step === undefined ? null : { step, leftMs: msUntilBelow(availability, step.below) };
}
