import { formatAmount } from '../../core/money.js';
import { asPercent, formatDown, formatShort, type Rational } from '../../core/number.js';
import type { ServiceStanding } from '../../core/statement/standing.js';
import { isoInstant } from '../figures.js';

const percent = (share: Rational): string => formatDown(asPercent(share), 4);

/** How a service stands in the month that is not over, every figure as it is printed. Amounts are of the currency. */
export function standingJson(standing: ServiceStanding) {
  const { service, customer, site, plan, periodEnd, toDate, observed, commitment, next, money } = standing;
  const { unavailableMs, excusedMs, unobservedMs, allowedMs } = standing;
  const amount = (minor: bigint): string => formatAmount(minor, money.currency);
  return {
    service,
    customer,
    site,
    class: standing.class,
    plan,
    periodEnd: isoInstant(periodEnd),
    availabilityPercent: percent(standing.availability),
    availabilityLowerBoundPercent: percent(standing.lowerBound),
    toDatePercent: toDate && percent(toDate.availability),
    toDateLowerBoundPercent: toDate && percent(toDate.lowerBound),
    observedPercent: observed && formatDown(asPercent(observed), 2),
    met: standing.met,
    commitmentPercent: formatShort(asPercent(commitment), 15),
    unavailableMs,
    excusedMs,
    unobservedMs,
    allowedMs,
    next: next && {
      belowPercent: formatShort(asPercent(next.step.below), 15),
      credit: next.step.credit.text,
      leftMs: next.leftMs,
    },
    lines: standing.lines.map(({ line, pop, availability, lowerBound }) => ({
      line,
      pop,
      availabilityPercent: percent(availability),
      availabilityLowerBoundPercent: percent(lowerBound),
    })),
    money: {
      currency: money.currency,
      rent: amount(money.rent),
      credit: amount(money.credit),
      projected: amount(money.projected),
      nextStep: money.nextStep === null ? null : amount(money.nextStep),
    },
  };
}

export type StandingJson = ReturnType<typeof standingJson>;

/** For those who may see how a service is, and not what it costs. */
export const withoutAmounts = (standing: StandingJson) => ({
  ...standing,
  money: { ...standing.money, rent: null, credit: null, projected: null, nextStep: null },
});
