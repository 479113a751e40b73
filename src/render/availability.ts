import { observedOf, toDateOf } from '../core/availability/foresee.js';
import { asPercent, formatDown } from '../core/number.js';
import type { MonthJudgement, ServiceBounds } from '../core/statement/judge.js';
import { boundsResult, type BoundsResult, monthResult, type MonthResult } from '../core/statement/result.js';
import type { EpochMs } from '../core/types.js';
import { isoInstant } from './figures.js';

/** A month as it was judged from what is stored. */
interface MonthView extends MonthJudgement {
  /** Of `services`, in their order. */
  readonly bounds: readonly ServiceBounds[];
  readonly unplanned: readonly Unjudged[];
  readonly case: MonthJudgement['case'] & { readonly unwatched: readonly string[] };
}

/** A service with a day in the month that can't be judged, and why. */
interface Unjudged {
  readonly service: string;
  readonly customer: string | null;
  readonly site: string;
  readonly reason: string;
}

/** A service's month; `bounds` is null where the edges of its outages leave nothing open. */
export type ServiceView = MonthResult['services'][number] & {
  readonly plan: MonthResult['plan'];
  readonly customer: string | null;
  /** How much of the period, so far as it has passed, all its lines were watched; null before it begins. */
  readonly observedPercent: string | null;
  /** Of the time so far of a month that is not over; null: it is over, or has not begun. */
  readonly toDate: {
    readonly availabilityPercent: string;
    readonly availabilityLowerBoundPercent: string;
  } | null;
  readonly bounds: BoundsResult | null;
  /** The ports of its lines that nobody watched at any time of the month. */
  readonly unwatchedPorts: readonly string[];
};

export function serviceViews(month: MonthView, now: EpochMs): ServiceView[] {
  const { plan, services } = monthResult(month);
  const popOf = new Map(month.case.lines.map(({ id, pop }) => [id, pop]));
  return services.map((service, index) => {
    const judged = month.services[index];
    const terms = judged?.terms;
    const isOver = !judged || judged.period.to <= now;
    const toDate = isOver ? null : toDateOf(judged.availability, judged.period, now);
    const observed = judged ? observedOf(judged.availability, judged.period, now) : null;
    const ports = new Set((terms?.lines ?? []).map((line) => popOf.get(line)));
    const bounds = month.bounds[index];
    return {
      ...service,
      plan,
      customer: terms?.customer ?? null,
      observedPercent: observed && formatDown(asPercent(observed), 2),
      toDate: toDate && {
        availabilityPercent: formatDown(asPercent(toDate.availability), 4),
        availabilityLowerBoundPercent: formatDown(asPercent(toDate.lowerBound), 4),
      },
      bounds: bounds ? boundsResult(bounds, service.rent.currency) : null,
      unwatchedPorts: month.case.unwatched.filter((port) => ports.has(port)),
    };
  });
}

export interface AvailabilityJson {
  readonly month: string;
  readonly asOf: string;
  readonly final: boolean;
  readonly services: readonly ServiceView[];
  readonly unjudged: readonly Unjudged[];
  readonly sites: MonthResult['sites'];
}

/** A month of every plan; `final` is false while it is not over. */
export function availabilityJson(
  month: string,
  judged: readonly MonthView[],
  now: EpochMs,
): AvailabilityJson {
  // A site whose services have several plans stands with each of them.
  const sites = new Map(
    judged.flatMap((one) =>
      monthResult(one).sites.map((site) => [`${site.site} ${site.currency}`, site] as const),
    ),
  );
  return {
    month,
    asOf: isoInstant(now),
    final: judged.every((one) => one.case.month.to <= now),
    services: judged.flatMap((one) => serviceViews(one, now)),
    unjudged: unjudgedOf(judged),
    sites: [...sites.values()],
  };
}

/** Of every plan, and those that no plan judges. */
export function unjudgedOf(judged: readonly MonthView[]): Unjudged[] {
  return judged.flatMap(({ unjudged, unplanned }) => [
    ...unplanned,
    ...unjudged.map(({ terms, reason }) => ({
      service: terms.id,
      customer: terms.customer,
      site: terms.site,
      reason,
    })),
  ]);
}
