import { spreadOf } from '../measurement/spread.js';
import { formatAmount } from '../money/money.js';
import { taxWithin } from '../money/tax.js';
import { asPercent, formatShort } from '../number/decimal.js';
import { percentText } from '../plan/share.js';
import type { CapState } from '../credit/caps.js';
import { figureText, type CauseCredit } from '../credit/cause.js';
import type { PathMonth } from '../quality/path-month.js';
import { addDays } from '../time/date.js';
import { contains } from '../time/intervals.js';
import { monthAfter } from '../time/month.js';
import { formatInstant } from '../time/zone.js';
import type { TermInForce } from './case.js';
import type { ClaimWindow } from './document-parts.js';
import type { RuleSet } from './rule-set.js';
import type { MonthJudgement, ServiceMonth } from './judge.js';
import { coverage, monthResult, wholePpm, wholeUs } from './result.js';

/** The result with all that stands beside the documented keys. Those keep their names and values. */
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

/** Null: the plan asks for no claim. */
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
  // The last day counts from the day on which the outage ended.
  const outages = (service?.availability.outages ?? []).map(({ from, to }) => ({
    from: formatInstant(from, month.zone),
    lastDay: addDays(formatInstant(to - 1, month.zone).slice(0, 10), days),
  }));
  return { withinDays: days, outages, lastDay: outages[0]?.lastDay ?? afterMonth.lastDay };
}

/** Where days count from each outage, a service has last days of its own. */
function claimOfService(
  judgement: MonthJudgement,
  service: ServiceMonth | undefined,
): { readonly claim?: ClaimWindow } {
  const { claim } = judgement.case.plan.credit;
  if (claim === null || 'months' in claim || claim.after === 'month') return {};
  const own = claimWindow(judgement, service);
  return own === null ? {} : { claim: own };
}

/** The month whose invoice a credit lowers; left out where it is the same one, as it was before plans could say it. */
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

export type MonthDetails = ReturnType<typeof monthDetails>;
