import { foresee, passedOf } from '../availability/foresee.js';
import { msUntilBelow, nextStep, type NextStep } from '../credit/time-left.js';
import type { FiguresOf } from '../measurement/figures.js';
import { multiply, ratio, roundHalfUp, type Rational } from '../number/rational.js';
import { totalMs } from '../time/intervals.js';
import type { EpochMs } from '../types.js';
import type { MonthCase } from './case.js';
import { judgeMonth, type MonthJudgement, type ServiceMonth } from './judge.js';

export interface LineStanding {
  readonly line: string;
  readonly pop: string;
  /** Over the service's whole period, a share of 1. */
  readonly availability: Rational;
}

/** How a service stands in a month that is not over. */
export interface ServiceStanding {
  readonly service: string;
  readonly customer: string | null;
  readonly site: string;
  readonly class: string;
  readonly plan: string;
  readonly periodEnd: EpochMs;
  /** Of the whole period: what the month comes to when nothing more happens. */
  readonly availability: Rational;
  /** Of what has passed of the period; null before it begins. */
  readonly toDate: Rational | null;
  readonly commitment: Rational;
  readonly unavailableMs: number;
  readonly excusedMs: number;
  readonly unobservedMs: number;
  /** Outage that the month may have and still meet the commitment. */
  readonly allowedMs: number;
  readonly next: NextStep | null;
  readonly lines: readonly LineStanding[];
  readonly money: MoneyStanding;
}

/** Minor units of the currency. */
export interface MoneyStanding {
  readonly currency: string;
  readonly rent: bigint;
  /** What is credited when nothing more happens. */
  readonly credit: bigint;
  /** What is credited when outages go on at this month's rate. */
  readonly projected: bigint;
  /** What the next availability step would give before any cap; null: there is none. */
  readonly nextStep: bigint | null;
}

/**
 * Every service of a case as it stands at `now`. Of a service whose terms changed within the month the segment that
 * holds now is shown, or the last one that began; its money is that of all its segments.
 */
export function servicesStanding(
  monthCase: MonthCase,
  figures: FiguresOf,
  now: EpochMs,
): readonly ServiceStanding[] {
  const judged = judgeMonth(monthCase, figures);
  const projected = judgeMonth(monthCase, figures, judged.paths, (availability, period) =>
    foresee(availability, period, now),
  );
  const ids = [...new Set(judged.services.map(({ terms }) => terms.id))];
  return ids.flatMap((id) => {
    const segments = segmentsOf(judged, id);
    const shown = segments.findLast(({ period }) => period.from <= now) ?? segments[0];
    if (!shown) return [];
    const sum = (of: readonly ServiceMonth[], amount: (service: ServiceMonth) => bigint): bigint =>
      of.reduce((total, service) => total + amount(service), 0n);
    const next = nextStep(shown.serviceClass.steps, shown.availability);
    return [
      {
        ...standingOf(shown, monthCase.planId, now),
        next,
        money: {
          currency: shown.terms.monthlyRent.currency,
          rent: sum(segments, ({ rent }) => rent),
          credit: sum(segments, ({ amount }) => amount),
          projected: sum(segmentsOf(projected, id), ({ amount }) => amount),
          nextStep: next && roundHalfUp(multiply(ratio(shown.base), next.step.credit.of)),
        },
      },
    ];
  });
}

const segmentsOf = ({ services }: MonthJudgement, id: string): ServiceMonth[] =>
  services.filter(({ terms }) => terms.id === id);

function standingOf({ terms, availability, serviceClass, period }: ServiceMonth, plan: string, now: EpochMs) {
  const { unavailableMs, excusedMs, unobservedMs } = availability;
  const passedMs = passedOf(availability, period, now);
  return {
    service: terms.id,
    customer: terms.customer,
    site: terms.site,
    class: terms.class,
    plan,
    periodEnd: period.to,
    availability: availability.availability,
    toDate: passedMs === 0 ? null : ratio(BigInt(passedMs - unavailableMs), BigInt(passedMs)),
    commitment: serviceClass.commitment,
    ...{ unavailableMs, excusedMs, unobservedMs },
    allowedMs: msUntilBelow({ totalMs: availability.totalMs, unavailableMs: 0 }, serviceClass.commitment),
    lines: availability.lines.map(({ line, pop, countable }) => ({
      ...{ line, pop },
      availability: shareUp(availability.totalMs, Math.min(totalMs(countable), availability.totalMs)),
    })),
  };
}

const shareUp = (wholeMs: number, downMs: number): Rational =>
  wholeMs === 0 ? ratio(1n) : ratio(BigInt(wholeMs - downMs), BigInt(wholeMs));
