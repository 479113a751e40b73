import { formatAmount } from '../../core/money/money.js';
import type { MonthJudgement, ServiceMonth, SiteMonth } from '../../core/statement/judge.js';
import { claimWindow } from '../../core/statement/details.js';
import { rulingsOf } from '../../core/statement/rulings.js';
import { monthAfter } from '../../core/time/month.js';
import { inLanguage } from '../plan/words.js';
import { oneLine } from '../table.js';
import { explainAvailability } from './availability.js';
import { explainCredit } from './credit.js';
import { explainPath } from './paths.js';
import { indented, milliseconds, source, span } from './text.js';

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
  const own = [...new Set(service.terms.paths)].flatMap((id) => paths.find(({ path }) => path === id) ?? []);
  return [
    `Plan ${planId}, version ${plan.version}, in force since ${plan.effectiveFrom}`,
    ...explainService(service, judgement).slice(0, -1),
    ...sites
      .filter(
        ({ site, currency }) =>
          site === service.terms.site && currency === service.terms.monthlyRent.currency,
      )
      .map((site) => explainSite(site, judgement)),
    ...own.flatMap((path) => explainPath(path, monthCase).slice(0, -1)),
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
