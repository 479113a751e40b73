import { observedOf, toDateOf } from '../availability/foresee.js';
import { formatAmount } from '../money/money.js';
import { asPercent, formatDown } from '../number/decimal.js';
import type { Interval } from '../time/intervals.js';
import { formatInstant } from '../time/zone.js';
import type { EpochMs } from '../types.js';
import { capDetails, claimWindow, paidOn, serviceDetails } from './details.js';
import type { Part, PartCap, PartRuling, Span } from './document-parts.js';
import type { MonthFacts, PlanMonth } from './facts.js';
import { touches, type MonthJudgement, type ServiceMonth } from './judge.js';
import { serviceResult } from './result.js';
import { hasRulings, rulingsOf } from './rulings.js';

export const spanOf = ({ from, to }: Interval, zone: string): Span => ({
  from: formatInstant(from, zone),
  to: formatInstant(to, zone),
});

/** The n-th service of a plan's month, as its statement says it. */
export function partOf(
  planMonth: PlanMonth,
  index: number,
  facts: Pick<MonthFacts, 'explain' | 'asOf'>,
): Part {
  const { judgement } = planMonth;
  const { planId, plan, month, lines, maintenanceUsed, ruleSet } = judgement.case;
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
    ...{ availabilityPercent, commitmentPercent },
    // The first rule set did not know of "not shown".
    met: ruleSet === 1 ? met !== false : met,
    ...(ruleSet === 1 ? {} : secondOf(result, details)),
    ...(ruleSet === 1 ? {} : toDatePart(service, facts.asOf)),
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
    claim: claimWindow(judgement, service),
    ...paidOn(judgement),
    bounds: planMonth.bounds[index] ?? null,
    ...(ruleSet !== 1 && hasRulings(plan) && { rulings: partRulings(service, judgement) }),
    explain: facts.explain(judgement, index),
  };
}

/** What a month that is not over comes to so far; left out of one that is. */
function toDatePart({ availability, period }: ServiceMonth, asOf: EpochMs): Pick<Part, 'toDate'> {
  const soFar = asOf < period.to ? toDateOf(availability, period, asOf) : null;
  const observed = observedOf(availability, period, asOf);
  if (soFar === null || observed === null) return {};
  return {
    toDate: {
      availabilityPercent: formatDown(asPercent(soFar.availability), 4),
      availabilityLowerBoundPercent: formatDown(asPercent(soFar.lowerBound), 4),
      observedPercent: formatDown(asPercent(observed), 2),
    },
  };
}

const partRulings = (service: ServiceMonth, judgement: MonthJudgement): PartRuling[] =>
  rulingsOf(service, judgement).map(({ id, field, clause, text }) => ({ id, field, clause, text }));

type Second = Pick<Part, 'availabilityLowerBoundPercent' | 'terms' | 'next' | 'baseOf'>;

/** What the second rule set says beside the first. */
function secondOf(
  { availabilityLowerBoundPercent }: ReturnType<typeof serviceResult>,
  { terms, next, baseOf }: ReturnType<typeof serviceDetails>,
): Second {
  return {
    availabilityLowerBoundPercent,
    ...(terms && { terms }),
    ...(next !== undefined && { next }),
    ...(baseOf && { baseOf }),
  };
}

function capsOf({ terms }: ServiceMonth, { caps, case: { ruleSet } }: MonthJudgement): PartCap[] {
  return caps
    .filter((cap) => touches(cap, terms))
    .map((cap) => {
      const {
        per,
        over,
        group,
        field,
        of,
        share,
        cap: limit,
        used,
        asked,
        ...second
      } = capDetails(cap, ruleSet);
      const { plan, lowest, unknownMonths } = second;
      return {
        ...{ per, over, group, field, of, share, cap: limit, used, asked },
        ...(plan === undefined ? {} : { plan, lowest, unknownMonths }),
      };
    });
}

function siteMonthOf({ terms }: ServiceMonth, { sites }: MonthJudgement): Part['siteMonth'] {
  const { currency } = terms.monthlyRent;
  const site = sites.find((one) => one.site === terms.site && one.currency === currency);
  return {
    rent: formatAmount(site?.rent ?? 0n, currency),
    cap: site?.cap == null ? null : formatAmount(site.cap, currency),
    credit: formatAmount(site?.credit ?? 0n, currency),
  };
}
