import { formatAmount } from '../money/money.js';
import { asPercent, formatDown, formatHalfUp, formatShort } from '../number/decimal.js';
import { multiply, ratio, roundHalfUp, type Rational } from '../number/rational.js';
import { percentText } from '../plan/share.js';
import type { MeanFigures } from '../measurement/figures.js';
import type { MetricMonth, PathMonth } from '../quality/path-month.js';
import { formatInstant } from '../time/zone.js';
import { availabilityDiffers, creditDiffers, type ServiceBounds } from './bounds.js';
import type { MonthJudgement, ServiceMonth, SiteMonth } from './judge.js';

/** The judgement in the words and roundings that are printed: every figure here is final. */
export function monthResult(judgement: MonthJudgement) {
  const { planId, plan, month } = judgement.case;
  return {
    plan: { id: planId, version: plan.version },
    month: month.name,
    services: judgement.services.map((service) => serviceResult(service, month.zone)),
    sites: judgement.sites.map(siteResult),
    paths: judgement.paths.map((path) => pathResult(path, plan.latency.excessDecimals)),
    ...unknownHistory(judgement),
  };
}

/** Where a cap over a rolling year had to do without months of it; left out where it had them all. */
function unknownHistory({ caps }: MonthJudgement) {
  const lacking = caps.filter(({ unknownMonths }) => unknownMonths.length > 0);
  if (lacking.length === 0) return {};
  return {
    unknownHistory: lacking.map(({ rule, group, unknownMonths }) => ({
      per: rule.per,
      group,
      months: unknownMonths,
    })),
  };
}

export function serviceResult(service: ServiceMonth, zone: string) {
  const { terms, period, availability } = service;
  const { currency } = terms.monthlyRent;
  return {
    id: terms.id,
    site: terms.site,
    class: terms.class,
    period: {
      from: formatInstant(period.from, zone),
      to: formatInstant(period.to, zone),
      totalMs: availability.totalMs,
    },
    unavailableMs: availability.unavailableMs,
    excusedMs: availability.excusedMs,
    unobservedMs: availability.unobservedMs,
    complete: availability.complete,
    availabilityPercent: formatDown(asPercent(availability.availability), 4),
    availabilityLowerBoundPercent: formatDown(asPercent(availability.lowerBound), 4),
    commitmentPercent: formatShort(asPercent(service.serviceClass.commitment), 15),
    met: service.met,
    rent: { amount: formatAmount(service.rent, currency), currency },
    credit: {
      percent: percentText(service.share),
      uncapped: formatAmount(service.uncapped, currency),
      amount: formatAmount(service.amount, currency),
      capped: service.amount !== service.uncapped,
    },
  };
}

function siteResult({ site, currency, rent, cap, credit }: SiteMonth) {
  return {
    site,
    currency,
    rent: formatAmount(rent, currency),
    cap: cap === null ? null : formatAmount(cap, currency),
    credit: formatAmount(credit, currency),
  };
}

export function pathResult(path: PathMonth, excessDecimals: number) {
  return {
    path: path.path,
    roundsDue: path.latency.due,
    roundsHeld: path.latency.held,
    coveragePercent: coverage(path.latency),
    latencyUs: wholeUs(path.latency.latencyUs),
    lossPpm: wholePpm(path.loss.loss),
    excessPercent: path.excess && formatHalfUp(path.excess, excessDecimals),
    latencyBand: path.latencyBand?.id ?? null,
    lossBand: path.lossBand?.id ?? null,
    raw: rawResult(path.raw),
  };
}

function rawResult({ held, latencyUs, loss }: MeanFigures) {
  return { roundsHeld: held, latencyUs: wholeUs(latencyUs), lossPpm: wholePpm(loss) };
}

/** What the edges of outages leave open; null where they leave nothing open. */
export function boundsResult(bounds: ServiceBounds, currency: string) {
  if (!availabilityDiffers(bounds) && !creditDiffers(bounds)) return null;
  const { availabilityLow, availabilityHigh, creditLow, creditHigh } = bounds;
  return {
    availabilityLowPercent: formatDown(asPercent(availabilityLow), 4),
    availabilityHighPercent: formatDown(asPercent(availabilityHigh), 4),
    creditLow: formatAmount(creditLow, currency),
    creditHigh: formatAmount(creditHigh, currency),
  };
}

/** Rounds held of rounds due, rounded down: 99.999 % is not whole. */
export function coverage({ held, due }: Pick<MetricMonth, 'held' | 'due'>): string | null {
  return due === 0 ? null : formatDown(asPercent(ratio(BigInt(held), BigInt(due))), 2);
}

export const wholeUs = (latency: Rational | null): number | null => latency && Number(roundHalfUp(latency));
export const wholePpm = (loss: Rational | null): number | null =>
  loss && Number(roundHalfUp(multiply(loss, ratio(1_000_000n))));

export type BoundsResult = NonNullable<ReturnType<typeof boundsResult>>;
export type MonthResult = ReturnType<typeof monthResult>;
