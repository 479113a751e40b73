import { groupOf } from '../credit/caps.js';
import { formatAmount } from '../money/money.js';
import type { Interval } from '../time/intervals.js';
import { formatInstant } from '../time/zone.js';
import { capDetails, claimWindow, serviceDetails } from './details.js';
import type { Part, PartCap, PartRuling, Span } from './document-parts.js';
import type { MonthFacts, PlanMonth } from './facts.js';
import type { MonthJudgement, ServiceMonth } from './judge.js';
import { serviceResult } from './result.js';
import { hasRulings, rulingsOf } from './rulings.js';

export const spanOf = ({ from, to }: Interval, zone: string): Span => ({
  from: formatInstant(from, zone),
  to: formatInstant(to, zone),
});

/** The n-th service of a plan's month, as its statement says it. */
export function partOf(planMonth: PlanMonth, index: number, facts: Pick<MonthFacts, 'explain'>): Part {
  const { judgement } = planMonth;
  const { planId, plan, month, lines, maintenanceUsed } = judgement.case;
  const service = judgement.services[index];
  if (!service) throw new RangeError(`the month has no service ${index}`);
  const { terms } = service;
  const { currency } = terms.monthlyRent;
  const result = serviceResult(service, month.zone);
  const details = serviceDetails(service, judgement);
  const { unavailableMs, excusedMs, unobservedMs, complete, availabilityPercent, commitmentPercent, met } =
    result;
  return {
    plan: {
      id: planId,
      version: plan.version,
      effectiveFrom: plan.effectiveFrom,
      digest: planMonth.planDigest,
    },
    zone: month.zone,
    class: terms.class,
    lines: terms.lines.map((id) => ({
      id,
      pop: lines.find((line) => line.id === id)?.pop ?? '',
      maintenanceUsedMs: maintenanceUsed.get(id) ?? 0,
    })),
    start: terms.start,
    end: terms.end,
    period: result.period,
    unavailable: service.availability.unavailable.map((each) => spanOf(each, month.zone)),
    ...{ unavailableMs, excusedMs, removedMs: details.removedMs, unobservedMs, complete },
    ...{ availabilityPercent, commitmentPercent, met },
    monthlyRent: formatAmount(terms.monthlyRent.minor, currency),
    rent: result.rent.amount,
    base: details.base,
    causes: details.causes,
    credit: {
      percent: result.credit.percent,
      uncapped: result.credit.uncapped,
      afterCaps: details.afterCaps,
      amount: result.credit.amount,
      capped: result.credit.capped,
    },
    caps: capsOf(service, judgement),
    siteMonth: siteMonthOf(service, judgement),
    tax: details.tax,
    claim: claimWindow(judgement),
    bounds: planMonth.bounds[index] ?? null,
    ...(hasRulings(plan) && { rulings: partRulings(service, judgement) }),
    explain: facts.explain(judgement, index),
  };
}

const partRulings = (service: ServiceMonth, judgement: MonthJudgement): PartRuling[] =>
  rulingsOf(service, judgement).map(({ id, field, clause, text }) => ({ id, field, clause, text }));

function capsOf({ terms }: ServiceMonth, { caps }: MonthJudgement): PartCap[] {
  return caps
    .filter(
      ({ rule, group, currency }) =>
        groupOf(terms, rule.per) === group && currency === terms.monthlyRent.currency,
    )
    .map((cap) => {
      const { per, over, group, field, of, share, cap: limit, used, asked } = capDetails(cap);
      return { per, over, group, field, of, share, cap: limit, used, asked };
    });
}

function siteMonthOf({ terms }: ServiceMonth, { sites }: MonthJudgement): Part['siteMonth'] {
  const { currency } = terms.monthlyRent;
  const site = sites.find((one) => one.site === terms.site);
  return {
    rent: formatAmount(site?.rent ?? 0n, currency),
    cap: site?.cap == null ? null : formatAmount(site.cap, currency),
    credit: formatAmount(site?.credit ?? 0n, currency),
  };
}
