import { spreadOf } from '../measurement/spread.js';
import { formatAmount } from '../money/money.js';
import { taxWithin } from '../money/tax.js';
import { asPercent, formatShort } from '../number/decimal.js';
import { percentText } from '../plan/share.js';
import type { CapState } from '../credit/caps.js';
import { figureText, type CauseCredit } from '../credit/cause.js';
import type { TermInForce } from './case.js';
import { addDays } from '../time/date.js';
import { contains } from '../time/intervals.js';
import type { RuleSet } from './rule-set.js';
import type { MonthJudgement, ServiceMonth } from './judge.js';
import { coverage, monthResult, wholePpm } from './result.js';

/** The result with all that stands beside the documented keys. Those keep their names and values. */
export function monthDetails(judgement: MonthJudgement) {
  const result = monthResult(judgement);
  return {
    ...result,
    claim: claimWindow(judgement),
    services: result.services.map((service, index) => ({
      ...service,
      ...(judgement.services[index] ? serviceDetails(judgement.services[index], judgement) : {}),
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
        spread: spreadOf(
          judgement.roundsOf(judged.path).filter(({ slot }) => !contains(judged.latency.leftOut, slot)),
        ),
      };
    }),
  };
}

/** Null: the plan asks for no claim. */
export function claimWindow({ case: { plan, month } }: MonthJudgement) {
  const days = plan.credit.claimWithinDays;
  if (days === null) return null;
  return { withinDays: days, lastDay: addDays(month.endDay, days - 1) };
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
    reasons: cause.reasons.map((reason) => ({
      subject: reason.subject,
      figure: figureText(reason, ruleSet),
      unit: reason.unit,
      times: Number(reason.units),
      share: reason.share.text,
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

export type MonthDetails = ReturnType<typeof monthDetails>;
