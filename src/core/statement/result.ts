import type { CapState } from '../credit/caps.js';
import { type CauseCredit, figureText } from '../credit/cause.js';
import { type MeanFigures, spreadOf } from '../measurement/figures.js';
import { formatAmount, taxWithin } from '../money.js';
import {
  asPercent,
  formatDown,
  formatHalfUp,
  formatShort,
  multiply,
  ratio,
  type Rational,
  roundHalfUp,
} from '../number.js';
import { percentText } from '../share.js';
import type { MetricMonth, PathMonth } from '../quality.js';
import { addDays, formatInstant, monthAfter } from '../time/calendar.js';
import { contains } from '../time/intervals.js';
import type { EpochMs } from '../types.js';
import type { TermInForce } from './case.js';
import type { ClaimWindow } from './document-parts.js';
import {
  availabilityDiffers,
  creditDiffers,
  type MonthJudgement,
  type ServiceBounds,
  type ServiceMonth,
  type SiteMonth,
} from './judge.js';
import type { RuleSet } from './rule-set.js';

/** The judgement with the terms and rounding of the printed result: every figure is final. */
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

/** The months missing from the history of a cap over a rolling year; left out when none is missing. */
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

/** The range of figures that the uncertainty of outage edges allows; null when it has no effect. */
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

/**
 * The percentage of due rounds that count, rounded down so that 99.999 % never reads as complete; null when none was
 * due.
 */
export function coverage({ held, due }: Pick<MetricMonth, 'held' | 'due'>): string | null {
  return due === 0 ? null : formatDown(asPercent(ratio(BigInt(held), BigInt(due))), 2);
}

export const wholeUs = (latency: Rational | null): number | null => latency && Number(roundHalfUp(latency));
export const wholePpm = (loss: Rational | null): number | null =>
  loss && Number(roundHalfUp(multiply(loss, ratio(1_000_000n))));

export type BoundsResult = NonNullable<ReturnType<typeof boundsResult>>;
export type MonthResult = ReturnType<typeof monthResult>;

/** The result with additional keys. The documented keys keep their names and values. */
export function monthDetails(judgement: MonthJudgement) {
  const result = monthResult(judgement);
  return {
    ...result,
    claim: claimWindow(judgement),
    ...paidOn(judgement),
    services: result.services.map((service, index) => ({
      ...service,
      ...(judgement.services[index] ? serviceDetails(judgement.services[index], judgement) : {}),
      ...claimOfService(judgement, judgement.services[index]),
    })),
    caps: judgement.caps.map((cap) => capDetails(cap, judgement.case.ruleSet)),
    unjudged: judgement.unjudged.map(({ terms, reason }) => ({ id: terms.id, reason })),
    paths: result.paths.map((path, index) => {
      const judged = judgement.paths[index];
      if (!judged) return path;
      return {
        ...path,
        loss: {
          roundsDue: judged.loss.due,
          roundsHeld: judged.loss.held,
          coveragePercent: coverage(judged.loss),
          lossPpm: wholePpm(judged.loss.loss),
        },
        ...(judged.jitter.jitterUs === null && judged.targets.jitterUs === null
          ? {}
          : { jitter: jitterDetails(judged) }),
        spread: spreadOf(
          judgement.roundsOf(judged.path).filter(({ slot }) => !contains(judged.latency.leftOut, slot)),
        ),
      };
    }),
  };
}

/** The deadline for claims; null: the plan requires no claim. */
export function claimWindow(
  { case: { plan, month } }: MonthJudgement,
  service?: ServiceMonth,
): ClaimWindow | null {
  const { claim } = plan.credit;
  if (claim === null) return null;
  if ('months' in claim) {
    const end = `${monthAfter(month.name, claim.months + 1)}-01`;
    return { withinMonths: claim.months, lastDay: addDays(end, -1) };
  }
  const { days } = claim;
  const afterMonth = { withinDays: days, lastDay: addDays(month.endDay, days - 1) };
  if (claim.after === 'month') return afterMonth;
  // The number of days counts from the day on which the outage ended.
  const outages = (service?.availability.outages ?? []).map(({ from, to }) => ({
    from: formatInstant(from, month.zone),
    lastDay: addDays(formatInstant(to - 1, month.zone).slice(0, 10), days),
  }));
  return { withinDays: days, outages, lastDay: outages[0]?.lastDay ?? afterMonth.lastDay };
}

/** Where days count from each outage, each service has its own last days. */
function claimOfService(
  judgement: MonthJudgement,
  service: ServiceMonth | undefined,
): { readonly claim?: ClaimWindow } {
  const { claim } = judgement.case.plan.credit;
  if (claim === null || 'months' in claim || claim.after === 'month') return {};
  const window = claimWindow(judgement, service);
  return window === null ? {} : { claim: window };
}

/** The month whose invoice a credit reduces; absent where it is the same month, as in results of earlier versions. */
export function paidOn({ case: { plan, month } }: MonthJudgement): { readonly paidOn?: object } {
  if (plan.credit.paidOn === 'same-invoice') return {};
  return { paidOn: { invoice: 'next', month: monthAfter(month.name, 1) } };
}

export function serviceDetails(service: ServiceMonth, { case: { plan, ruleSet } }: MonthJudgement) {
  const { currency } = service.terms.monthlyRent;
  const rate = service.terms.taxRate ?? plan.tax.rate;
  const { tax, net } = rate === null ? { tax: null, net: null } : taxWithin(service.amount, rate);
  return {
    start: service.terms.start,
    end: service.terms.end,
    customer: service.terms.customer,
    removedMs: service.availability.removedMs,
    base: formatAmount(service.base, currency),
    ...(ruleSet === 1
      ? {}
      : {
          baseOf: plan.credit.of,
          terms: service.terms.inForce.map(termDetails(service)),
          next: service.terms.next,
        }),
    causes: service.causes.map((cause) => causeDetails(cause, service, ruleSet)),
    afterCaps: formatAmount(service.afterCaps, currency),
    tax: {
      ratePercent: rate && formatShort(asPercent(rate)),
      gross: formatAmount(service.amount, currency),
      tax: tax === null ? null : formatAmount(tax, currency),
      net: net === null ? null : formatAmount(net, currency),
    },
  };
}

const termDetails =
  ({ rents, terms: { monthlyRent: whole } }: ServiceMonth) =>
  (term: TermInForce, index: number) => ({
    from: term.period.firstDay,
    to: term.period.endDay,
    class: term.class,
    lines: term.lines,
    paths: term.paths,
    monthlyRent: formatAmount(term.monthlyRent.minor, whole.currency),
    rent: formatAmount(rents[index] ?? 0n, whole.currency),
  });

function causeDetails(cause: CauseCredit, { terms, paid }: ServiceMonth, ruleSet: RuleSet) {
  return {
    cause: cause.cause,
    field: cause.field,
    percent: percentText(cause.share),
    amount: formatAmount(cause.amount, terms.monthlyRent.currency),
    counted: paid.includes(cause),
    ...(cause.limitedTo && { limitedTo: cause.limitedTo.text }),
    ...(cause.notBelow && { onlyBelowPercent: formatShort(asPercent(cause.notBelow), 15) }),
    reasons: cause.reasons.map((reason) => ({
      subject: reason.subject,
      figure: figureText(reason, ruleSet),
      unit: reason.unit,
      times: Number(reason.units),
      share: reason.share.text,
      ...(reason.atMost && { atMost: reason.atMost.text }),
    })),
    ...(ruleSet === 1 ? {} : { notShown: cause.notShown }),
  };
}

export function capDetails(state: CapState, ruleSet: RuleSet) {
  const { rule, field, group, currency, of, cap, used, asked, plan, lowest, unknownMonths } = state;
  return {
    per: rule.per,
    over: rule.over,
    group,
    field,
    currency,
    of: formatAmount(of, currency),
    share: rule.share.text,
    cap: formatAmount(cap, currency),
    used: formatAmount(used, currency),
    asked: formatAmount(asked, currency),
    ...(ruleSet === 1 ? {} : { plan, lowest, unknownMonths }),
  };
}

function jitterDetails({ jitter, targets }: PathMonth) {
  return {
    roundsDue: jitter.due,
    roundsWithJitter: jitter.jittered,
    jitterUs: wholeUs(jitter.jitterUs),
    commitmentUs: wholeUs(targets.jitterUs),
  };
}

/** The source data of a sealed statement has changed. */
export interface ChangedSince {
  readonly at: EpochMs;
  readonly why: readonly string[];
}

/** A statement as listed, without its document. */
export interface StatementSummary {
  readonly id: string;
  readonly month: string;
  readonly service: string;
  readonly customer: string;
  readonly site: string;
  readonly revision: number;
  readonly state: 'draft' | 'sealed';
  readonly currency: string;
  readonly rent: string;
  readonly credit: string;
  readonly complete: boolean;
  readonly hash: string;
  /** When it was created or sealed. */
  readonly at: EpochMs;
  readonly sealedBy: string | null;
  /** For the latest revision: how its source data has changed since; null: unchanged. */
  readonly changed: ChangedSince | null;
}
