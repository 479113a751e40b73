import { formatAmount } from '../../core/money/money.js';
import type { PlanVersion } from '../../core/plan/plan.js';
import type { MonthJudgement, ServiceMonth, SiteMonth } from '../../core/statement/judge.js';
import { claimWindow } from '../../core/statement/details.js';
import { monthAfter } from '../../core/time/month.js';
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
    ...sites.map((site) => explainSite(site, plan)),
    ...(sites.length > 0 ? [''] : []),
    ...paths.flatMap((path) => explainPath(path, monthCase)),
    ...claim(judgement),
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
    ...sites.filter(({ site }) => site === service.terms.site).map((site) => explainSite(site, plan)),
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
      `Period: ${span(period, zone)}: ${period.days} days, ${milliseconds(period.to - period.from)}`,
      ...explainAvailability(service, judgement.case),
      ...explainCredit(service, judgement),
    ]),
    '',
  ];
}

function explainSite({ site, currency, rent, cap, credit }: SiteMonth, plan: PlanVersion): string {
  const limit = cap === null ? 'no cap by site' : `cap ${formatAmount(cap, currency)}`;
  return `Site ${site}: rents ${formatAmount(rent, currency)} ${currency}, ${limit}, credits ${formatAmount(credit, currency)} ${source(plan, 'credit.caps')}`;
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
