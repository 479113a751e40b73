import { type CapState, roomOf } from '../core/credit/caps.js';
import { type CauseCredit, figureText, type Reason } from '../core/credit/cause.js';
import { formatAmount, taxWithin } from '../core/money.js';
import { add, asPercent, formatHalfUp, formatShort, multiply, ratio, type Rational } from '../core/number.js';
import { percentText } from '../core/share.js';
import type { PathMonth } from '../core/quality.js';
import type { MonthCase } from '../core/statement/case.js';
import { type MonthJudgement, type ServiceMonth, type SiteMonth, touches } from '../core/statement/judge.js';
import { claimWindow, coverage, wholeUs } from '../core/statement/result.js';
import type { RuleSet } from '../core/statement/rule-set.js';
import { rulingsOf } from '../core/statement/rulings.js';
import { monthAfter } from '../core/time/calendar.js';
import { clip, subtract } from '../core/time/intervals.js';
import { inLanguage } from '../i18n/plan/words.js';
import { explainAvailability } from './explain-availability.js';
import { grouped, indented, milliseconds, source, span } from './explain-text.js';
import { oneLine } from './figures.js';

/** From the rent to what is paid. */
function explainCredit(service: ServiceMonth, judgement: MonthJudgement): string[] {
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
  // As exact as the commitment's own line: a bound of 99.99999995 is never printed as 100.
  const places = ruleSet === 1 ? 6 : 15;
  const held = bound === null ? '' : `, ${bound.is} ${formatShort(bound.value, places)}${unitSign[unit]}`;
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

/** From the rounds of a path to its bands. */
function explainPath(path: PathMonth, { plan, month }: MonthCase): string[] {
  const { latency, loss, excess, commitmentUs } = path;
  const whole = coverage(latency);
  // Exclusions may begin before the month and end after it, and one that recurs has dates in other months.
  const ofTheMonth = (left: typeof latency.leftOut) => clip(subtract(left, path.notDue), month);
  const lines = [
    `Rounds: ${grouped(latency.held)} held of ${grouped(latency.due)} due = ${whole === null ? 'no coverage' : `${whole} %, rounded down`} ${source(plan, 'measurement.everyMinutes')}`,
    ...path.notDue.map((each) => `not due: slots in ${span(each, month.zone)}`),
    ...ofTheMonth(latency.leftOut).map(
      (each) => `left out: slots in ${span(each, month.zone)} ${source(plan, 'latency.leavesOut')}`,
    ),
    ...subtract(ofTheMonth(loss.leftOut), latency.leftOut).map(
      (each) => `left out of loss: slots in ${span(each, month.zone)} ${source(plan, 'loss.leavesOut')}`,
    ),
    latency.latencyUs === null
      ? 'Latency: no packet came back'
      : `Latency: sum of the means of ${rounds(latency.answered)} ${sumOf(latency.latencyUs, latency.answered, 3)} / ${latency.answered} = ${formatHalfUp(latency.latencyUs, 3)} µs, shown as ${wholeUs(latency.latencyUs) ?? 0} µs ${source(plan, 'measurement.sizes')}`,
  ];
  if (commitmentUs === null) lines.push('Commitment: none, so no latency band');
  else if (excess !== null && latency.latencyUs !== null) {
    const [measured, committed] = [formatHalfUp(latency.latencyUs, 3), formatShort(commitmentUs, 3)];
    const { excessDecimals } = plan.latency;
    lines.push(
      `Excess: (${measured} - ${committed}) / ${committed} × 100 = ${formatHalfUp(excess, 4)} %; the band goes by it rounded half-up to ${formatHalfUp(excess, excessDecimals)} %: ${path.latencyBand?.id ?? 'no band'} ${source(plan, 'latency.bands')}`,
    );
  }
  lines.push(
    loss.loss === null
      ? 'Loss: no round is held'
      : `Loss: sum of the losses of ${rounds(loss.held)} ${sumOf(asPercent(loss.loss), loss.held, 4)} % / ${loss.held} = ${formatHalfUp(asPercent(loss.loss), 4)} %; the band goes by the exact ratio: ${path.lossBand?.id ?? 'no band'} ${source(plan, 'loss.bands')}`,
  );
  return [`Path ${path.path}`, ...indented(lines), ''];
}

const rounds = (count: number): string => `${grouped(count)} ${count === 1 ? 'round' : 'rounds'}`;

const sumOf = (mean: Rational, count: number, places: number): string =>
  formatHalfUp(multiply(mean, ratio(BigInt(count))), places);

/** The judgement as a derivation that a person follows with a pocket calculator, each step with its source. */
export function explainMonth(judgement: MonthJudgement): string {
  const { case: monthCase, services, sites, paths } = judgement;
  const { planId, plan, month } = monthCase;
  const lines = [
    `Plan ${planId}, version ${plan.version}, in force since ${plan.effectiveFrom}`,
    `Month ${month.name} in ${month.zone}: ${month.days} days, ${milliseconds(month.to - month.from)} ${source(plan, 'timeZone')}`,
    '',
    ...services.flatMap((service) => explainService(service, judgement)),
    ...judgement.unjudged.flatMap(({ terms, reason }) => [
      `Service ${terms.id} can't be judged: ${reason}`,
      '',
    ]),
    ...sites.map((site) => explainSite(site, judgement)),
    ...(sites.length > 0 ? [''] : []),
    ...paths.flatMap((path) => explainPath(path, monthCase)),
    ...claim(judgement),
    ...rulings(judgement),
  ];
  return `${lines.map(oneLine).join('\n').trimEnd()}\n`;
}

/** The lines of one of its services, with its site, its paths and the claim. */
export function explainOne(service: ServiceMonth, judgement: MonthJudgement): string[] {
  const { case: monthCase, sites, paths } = judgement;
  const { planId, plan } = monthCase;
  // In the order of the service itself: others' paths may not be known where it is told again.
  const servicePaths = [...new Set(service.terms.paths)].flatMap(
    (id) => paths.find(({ path }) => path === id) ?? [],
  );
  return [
    `Plan ${planId}, version ${plan.version}, in force since ${plan.effectiveFrom}`,
    ...explainService(service, judgement).slice(0, -1),
    ...sites
      .filter(
        ({ site, currency }) =>
          site === service.terms.site && currency === service.terms.monthlyRent.currency,
      )
      .map((site) => explainSite(site, judgement)),
    ...servicePaths.flatMap((path) => explainPath(path, monthCase).slice(0, -1)),
    ...claim(judgement, service),
  ].map(oneLine);
}

function explainService(service: ServiceMonth, judgement: MonthJudgement): string[] {
  const { terms, period } = service;
  const { zone } = judgement.case.month;
  return [
    `Service ${terms.id} from ${terms.start}, site ${terms.site}, class ${terms.class}`,
    ...indented([
      `Period: ${span(period, zone)}: ${period.days} days, ${milliseconds(service.availability.wholeMs)}${period.spans.length > 1 ? ', without its pauses' : ''}`,
      ...explainTerms(service),
      ...explainAvailability(service, judgement.case),
      ...explainCredit(service, judgement),
    ]),
    '',
  ];
}

/** What changes inside the month, and what of it judges the month. */
function explainTerms({ terms: { inForce, next, class: judged } }: ServiceMonth): string[] {
  const lines =
    inForce.length === 1
      ? []
      : inForce.map(
          (term) =>
            `Term ${term.period.firstDay} to ${term.period.endDay}: class ${term.class}, lines ${term.lines.join(', ')}`,
        );
  if (next === null) return lines;
  const other = [
    ...(next.class === judged ? [] : [`class ${next.class}`]),
    ...(next.plan === null ? [] : [`plan ${next.plan}`]),
  ].join(' and ');
  return [
    ...lines,
    `What the first day says judges the whole month; ${other}, agreed from ${next.agreedFrom} on, takes effect with the month that begins on ${next.judgesFrom}`,
  ];
}

/** The site with all its services, whatever plans judge them, and the lowest of their caps. */
function explainSite({ site, currency, rent, cap, credit }: SiteMonth, judgement: MonthJudgement): string {
  const { plan, planId } = judgement.case;
  const state = judgement.caps.find(
    ({ rule, group, lowest }) => lowest && rule.per === 'site' && rule.over === 'month' && group === site,
  );
  const limit = cap === null ? 'no cap by site' : `cap ${formatAmount(cap, currency)}`;
  const from =
    state === undefined || state.plan === planId
      ? source(plan, 'credit.caps')
      : `[plan ${state.plan}: ${state.field}]`;
  return `Site ${site}: rents ${formatAmount(rent, currency)} ${currency}, ${limit}, credits ${formatAmount(credit, currency)} ${from}`;
}

function claim(judgement: MonthJudgement, service?: ServiceMonth): string[] {
  const { plan, month } = judgement.case;
  const rule = plan.credit.claim;
  const window = claimWindow(judgement, service);
  const next =
    plan.credit.paidOn === 'same-invoice'
      ? []
      : [`Paid on the next invoice, of ${monthAfter(month.name, 1)} ${source(plan, 'credit.paidOn')}`];
  if (rule === null || window === null) return next;
  const field = source(plan, plan.clauses.has('credit.claim') ? 'credit.claim' : 'credit.claimWithinDays');
  const last = `on ${window.lastDay} at the latest ${field}`;
  if ('months' in rule) {
    const by = rule.months === 1 ? 'the next month' : `month ${rule.months} after it`;
    return [`Claim: the customer has to claim by the end of ${by}, ${last}`, ...next];
  }
  if (rule.after === 'outage') {
    const each = (window.outages ?? []).map(
      ({ from, lastDay }) => `  outage of ${from}: on ${lastDay} at the latest`,
    );
    return [
      `Claim: the customer has to claim within ${rule.days} days of the end of each outage ${field}`,
      ...each,
      ...next,
    ];
  }
  return [`Claim: the customer has to claim within ${rule.days} days of the month's end, ${last}`, ...next];
}

/** Those that touched one of the services, each once. */
function rulings(judgement: MonthJudgement): string[] {
  const touched = new Set(judgement.services.flatMap((service) => rulingsOf(service, judgement)));
  if (touched.size === 0) return [];
  return [
    ...(judgement.case.plan.credit.claim === null ? [] : ['']),
    'How this contract is read:',
    ...judgement.case.plan.rulings
      .filter((ruling) => touched.has(ruling))
      .map(
        ({ id, field, clause, text }) =>
          `  ${id}: ${inLanguage(text, 'en')} [${field}${clause === null ? '' : `: clause ${clause}`}]`,
      ),
  ];
}
