import { taxWithin } from '../../core/money/tax.js';
import { formatAmount } from '../../core/money/money.js';
import { asPercent, formatShort } from '../../core/number/decimal.js';
import { add, ratio } from '../../core/number/rational.js';
import type { CapState } from '../../core/credit/caps.js';
import { figureText, type CauseCredit, type Reason } from '../../core/credit/cause.js';
import { roomOf } from '../../core/credit/caps.js';
import { percentText } from '../../core/plan/share.js';
import { touches, type MonthJudgement, type ServiceMonth } from '../../core/statement/judge.js';
import type { RuleSet } from '../../core/statement/rule-set.js';
import { indented, source } from './text.js';

/** From the rent to what is paid. */
export function explainCredit(service: ServiceMonth, judgement: MonthJudgement): string[] {
  const { plan, month } = judgement.case;
  const { terms } = service;
  const { currency } = terms.monthlyRent;
  const money = (minor: bigint) => `${formatAmount(minor, currency)} ${currency}`;
  return [
    ...explainRent(service, month.days, money),
    ...explainBase(service, judgement, money),
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

function explainRent(
  { terms, rent, rents, period }: ServiceMonth,
  daysInMonth: number,
  money: (minor: bigint) => string,
): string[] {
  const { currency } = terms.monthlyRent;
  const amount = (minor: bigint) => formatAmount(minor, currency);
  const [first, ...more] = terms.inForce;
  if (more.length === 0) {
    if (period.days === daysInMonth) return [`Rent: ${money(rent)} for the whole month`];
    const monthly = amount(first?.monthlyRent.minor ?? 0n);
    return [`Rent: ${monthly} × ${period.days} / ${daysInMonth} days = ${money(rent)}, rounded half-up`];
  }
  const sums = terms.inForce.map(
    ({ monthlyRent, period: { days } }) => `${amount(monthlyRent.minor)} × ${days}`,
  );
  return [
    `Rent: (${sums.join(' + ')}) / ${daysInMonth} days = ${money(rent)}, rounded half-up once; by the terms ${rents.map(amount).join(' + ')}`,
  ];
}

function explainBase(
  { base, rent }: ServiceMonth,
  { case: { plan, ruleSet } }: MonthJudgement,
  money: (minor: bigint) => string,
): string[] {
  const full = plan.credit.base === 'full-month';
  if (ruleSet !== 1 && plan.credit.of === 'site') {
    const what = full
      ? 'the full monthly rents of all services at the site'
      : 'the rents of all services at the site';
    return [`Base of the credit: ${what}, ${money(base)} ${source(plan, 'credit.of')}`];
  }
  if (full && base !== rent)
    return [`Base of the credit: the full monthly rent, ${money(base)} ${source(plan, 'credit.base')}`];
  return ruleSet === 1
    ? []
    : [`Base of the credit: the rent of the affected service ${source(plan, 'credit.of')}`];
}

function explainCause(
  cause: CauseCredit,
  { serviceClass, paid }: ServiceMonth,
  { case: { plan, ruleSet } }: MonthJudgement,
  money: (minor: bigint) => string,
): string[] {
  const from = source(plan, cause.field);
  const notShown =
    cause.notShown.length === 0
      ? []
      : [
          `${cause.cause}: not shown for ${cause.notShown.join(', ')}, since less than ${formatShort(asPercent(plan.credit.minimumCoverage))} % of the rounds due on the service's days were held: that pays nothing ${source(plan, 'credit.minimumCoveragePercent')}`,
        ];
  if (cause.reasons.length === 0) {
    if (cause.notBelow !== null) {
      const bound = formatShort(asPercent(cause.notBelow), 15);
      return [`${cause.cause}: nothing, since the availability of the month is not below ${bound} % ${from}`];
    }
    if (notShown.length > 0) return notShown;
    const none =
      cause.cause === 'availability' && serviceClass.steps.length === 0
        ? `class ${serviceClass.id} has no credit by availability`
        : 'nothing to credit';
    return [`${cause.cause}: ${none} ${from}`];
  }
  const sole =
    cause.reasons.length === 1 && cause.reasons[0]?.units === 1n && cause.limitedTo === null
      ? cause.reasons[0].share.text
      : null;
  return [
    ...notShown,
    `${cause.cause}: ${from}`,
    ...indented([
      ...cause.reasons.map((reason) => explainReason(reason, ruleSet)),
      ...(cause.limitedTo === null ? [] : [`bounded by the plan to ${cause.limitedTo.text}`]),
      `${money(cause.base)} × ${sole ?? `${percentText(cause.share)} %`} = ${money(cause.amount)}, rounded half-up${paid.includes(cause) ? '' : ' (not counted)'}`,
    ]),
  ];
}

function explainReason(reason: Reason, ruleSet: RuleSet): string {
  const { subject, unit, bound, units, share, atMost = null } = reason;
  const what = subject === 'service' ? '' : `${subject}: `;
  const most = atMost === null ? '' : `, at most ${atMost.text}`;
  const times = `${units === 1n ? share.text : `${units} × ${share.text}`}${most}`;
  const held = bound === null ? '' : `, ${bound.is} ${formatShort(bound.value)}${unitSign[unit]}`;
  return `${what}${figureText(reason, ruleSet)}${unitWords[unit]}${held}: ${times}`;
}

const unitSign = {
  percent: ' %',
  'excess-percent': ' %',
  'excess-points': ' percentage points',
  ms: ' ms',
  'excess-ms': ' ms',
  minutes: ' minutes',
  days: ' days',
} as const;
const unitWords = {
  ...unitSign,
  'excess-percent': ' % over the commitment',
  'excess-points': ' percentage points over the commitment',
  'excess-ms': ' ms over the commitment',
} as const;

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
  { case: { plan, planId } }: MonthJudgement,
  money: (minor: bigint) => string,
): string[] {
  if (!touches(cap, terms)) return [];
  const time = cap.rule.over.replace('-', ' ');
  const room = roomOf(cap);
  const used = cap.used === 0n ? '' : `, less ${money(cap.used)} credited before = ${money(room)}`;
  const binds = cap.asked > room;
  const outcome = !cap.lowest
    ? 'another plan of the group has a lower one, which binds'
    : binds
      ? 'scaled down in proportion, by largest remainder'
      : 'within the cap';
  const from = cap.plan === planId ? source(plan, cap.field) : `[plan ${cap.plan}: ${cap.field}]`;
  const unknown =
    cap.unknownMonths.length === 0
      ? []
      : [
          `Nothing is known of ${cap.unknownMonths.join(', ')}: their rents and credits are not in the cap ${from}`,
        ];
  return [
    `Cap per ${cap.rule.per} and ${time} (${cap.group}): ${cap.rule.share.text} of ${money(cap.of)} = ${money(cap.cap)}${used}; asked for together: ${money(cap.asked)}, ${outcome} ${from}`,
    ...unknown,
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
