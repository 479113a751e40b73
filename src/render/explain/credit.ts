import { taxWithin } from '../../core/money/tax.js';
import { formatAmount } from '../../core/money/money.js';
import { asPercent, formatShort } from '../../core/number/decimal.js';
import { add, ratio } from '../../core/number/rational.js';
import type { CapState } from '../../core/credit/caps.js';
import { figureText, type CauseCredit, type Reason } from '../../core/credit/cause.js';
import { groupOf } from '../../core/credit/caps.js';
import { percentText } from '../../core/plan/share.js';
import type { MonthJudgement, ServiceMonth } from '../../core/statement/judge.js';
import type { RuleSet } from '../../core/statement/rule-set.js';
import { indented, source } from './text.js';

/** From the rent to what is paid. */
export function explainCredit(service: ServiceMonth, judgement: MonthJudgement): string[] {
  const { plan, month } = judgement.case;
  const { terms, period, rent, base } = service;
  const { currency } = terms.monthlyRent;
  const money = (minor: bigint) => `${formatAmount(minor, currency)} ${currency}`;
  const monthly = formatAmount(terms.monthlyRent.minor, currency);
  const whole = period.days === month.days;
  return [
    whole
      ? `Rent: ${money(rent)} for the whole month`
      : `Rent: ${monthly} × ${period.days} / ${month.days} days = ${money(rent)}, rounded half-up`,
    ...(base === rent
      ? []
      : [`Base of the credit: the full monthly rent, ${money(base)} ${source(plan, 'credit.base')}`]),
    'Causes:',
    ...indented(service.causes.flatMap((cause) => explainCause(cause, service, judgement, money))),
    ...(service.paid.length > 1 || service.causes.filter((cause) => cause.reasons.length > 0).length > 1
      ? [combination(service, judgement, money)]
      : []),
    ...judgement.caps.flatMap((cap) => explainCap(cap, service, judgement, money)),
    ...(service.amount === service.afterCaps
      ? []
      : [`Under the minimum that is paid: 0 ${source(plan, 'credit.minimumPayable')}`]),
    `Credit: ${money(service.amount)}`,
    ...explainTax(service, judgement, money),
  ];
}

function explainCause(
  cause: CauseCredit,
  { base, serviceClass, paid }: ServiceMonth,
  { case: { plan, ruleSet } }: MonthJudgement,
  money: (minor: bigint) => string,
): string[] {
  const from = source(plan, cause.field);
  if (cause.reasons.length === 0) {
    const none =
      cause.cause === 'availability' && serviceClass.steps.length === 0
        ? `class ${serviceClass.id} has no credit by availability`
        : 'nothing to credit';
    return [`${cause.cause}: ${none} ${from}`];
  }
  const sole =
    cause.reasons.length === 1 && cause.reasons[0]?.units === 1n ? cause.reasons[0].share.text : null;
  return [
    `${cause.cause}: ${from}`,
    ...indented([
      ...cause.reasons.map((reason) => explainReason(reason, ruleSet)),
      `${money(base)} × ${sole ?? `${percentText(cause.share)} %`} = ${money(cause.amount)}, rounded half-up${paid.includes(cause) ? '' : ' (not counted)'}`,
    ]),
  ];
}

function explainReason(reason: Reason, ruleSet: RuleSet): string {
  const { subject, unit, bound, units, share } = reason;
  const what = subject === 'service' ? '' : `${subject}: `;
  const times = units === 1n ? share.text : `${units} × ${share.text}`;
  const held = bound === null ? '' : `, ${bound.is} ${formatShort(bound.value)}${unitSign[unit]}`;
  return `${what}${figureText(reason, ruleSet)}${unitWords[unit]}${held}: ${times}`;
}

const unitSign = { percent: ' %', 'excess-percent': ' %', ms: ' ms', minutes: ' minutes' } as const;
const unitWords = { ...unitSign, 'excess-percent': ' % over the commitment' } as const;

function combination(
  { uncapped, paid }: ServiceMonth,
  { case: { plan } }: MonthJudgement,
  money: (minor: bigint) => string,
): string {
  const from = source(plan, 'credit.combine');
  return plan.credit.combine === 'largest'
    ? `The largest cause counts, ${paid[0]?.cause ?? 'none'}: ${money(uncapped)} ${from}`
    : `Together: ${paid.map((cause) => money(cause.amount)).join(' + ')} = ${money(uncapped)} ${from}`;
}

function explainCap(
  cap: CapState,
  { terms }: ServiceMonth,
  { case: { plan } }: MonthJudgement,
  money: (minor: bigint) => string,
): string[] {
  if (groupOf(terms, cap.rule.per) !== cap.group || cap.currency !== terms.monthlyRent.currency) return [];
  const time = cap.rule.over === 'month' ? 'month' : 'rolling year';
  const room = cap.cap > cap.used ? cap.cap - cap.used : 0n;
  const used = cap.used === 0n ? '' : `, less ${money(cap.used)} credited before = ${money(room)}`;
  const binds = cap.asked > room;
  return [
    `Cap per ${cap.rule.per} and ${time} (${cap.group}): ${cap.rule.share.text} of ${money(cap.of)} = ${money(cap.cap)}${used}; asked for together: ${money(cap.asked)}, ${binds ? 'scaled down in proportion, by largest remainder' : 'within the cap'} ${source(plan, cap.field)}`,
  ];
}

function explainTax(
  { terms, amount }: ServiceMonth,
  { case: { plan } }: MonthJudgement,
  money: (minor: bigint) => string,
): string[] {
  const rate = terms.taxRate ?? plan.tax.rate;
  if (rate === null || amount === 0n) return [];
  const { tax, net } = taxWithin(amount, rate);
  const from = terms.taxRate === null ? source(plan, 'tax.ratePercent') : "[the service's own rate]";
  const divisor = formatShort(add(ratio(1n), rate), 8);
  return [
    `Tax contained, ${formatShort(asPercent(rate))} %: net ${money(amount)} / ${divisor} = ${money(net)}, tax ${money(tax)} ${from}`,
  ];
}
